/** A fault rule as it is written: what may stand in it. The contract is the tables in docs/faults.md. */

import * as z from 'zod'
import { durationMs, duration as written } from '../reading/duration.ts'
import { READY_MADE } from './catalogue.ts'
import { DECIDING, type Delay, type Doing, type Range, type Turn } from './rule.ts'

const MOST_PATTERN = 1024

/** What may be one or several, and what each of them is: for whoever describes the schema. */
export const ITEMS = new WeakMap<object, z.ZodType>()

const text = z.string().min(1, 'expected a text that is not empty').max(MOST_PATTERN, 'expected a shorter text')
const duration = written.transform(durationMs)
const count = z.int().min(0, 'expected no less than 0')
const some = z.int().min(1, 'expected no less than 1')
const share = z.number().min(0, 'expected a number from 0 to 1').max(1, 'expected a number from 0 to 1')

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~\w-]+$/, 'expected the name of a header')

const method = text.regex(/^[A-Za-z*-]+$/, 'expected a method, such as GET').transform((each) => each.toUpperCase())
const path = text.regex(/^(\/|\*)/, 'expected a path that begins with a slash, such as /os-services/*')
const version = text.transform((written, context): Range => {
  const range = versionRange(written)
  if (range) return range
  context.addIssue('expected a microversion or a range of them, such as "2.53", "2.53-" or "2.1-2.52"')
  return z.NEVER
})
const NTH = 'expected a number from 1, or a range such as "2-4" or "3-"'
const occurrence = z.union([z.int(), z.string()], NTH).transform((written, context): Range => {
  const range = occurrenceRange(String(written))
  if (range) return range
  context.addIssue(NTH)
  return z.NEVER
})
const value = z
  .union([z.string(), z.number(), z.boolean(), z.null()], 'expected a text, or null where there is to be none')
  .transform((each) => (each === null ? null : String(each)))

export const MatchSchema = z.strictObject({
  method: oneOrMore(method).optional(),
  path: oneOrMore(path).optional(),
  operation: oneOrMore(text).optional(),
  face: oneOrMore(z.enum(['nova', 'keystone', 'placement', 'glance'])).optional(),
  host: oneOrMore(text).optional(),
  binary: oneOrMore(text).optional(),
  user: oneOrMore(text).optional(),
  version: oneOrMore(version).optional(),
  query: z.record(z.string(), oneOrMore(value)).optional(),
  header: z.record(headerName, oneOrMore(value)).optional(),
  body: z.unknown().optional(),
  nth: oneOrMore(occurrence).optional(),
})

const delay = shorthand(
  (written) => ({ fixed: written }),
  z
    .strictObject({
      fixed: duration.optional(),
      from: duration.optional(),
      to: duration.optional(),
      median: duration.optional(),
      p99: duration.optional(),
    })
    .refine(isOneDelay, {
      error: 'expected a duration, or from and to, or median and p99 that is no less',
      when: ({ issues }) => issues.length === 0,
    })
    .transform(({ fixed, from, to, median, p99 }): Delay => {
      if (from !== undefined && to !== undefined) return { fromMs: from, toMs: to }
      if (median !== undefined && p99 !== undefined) return { medianMs: median, p99Ms: p99 }
      return { fixedMs: fixed ?? 0 }
    }),
)

const FLAP = 'expected a number of requests, or a duration such as "30s"'
const PROXIES = ['haproxy', 'apache'] as const

const throttle = shorthand(
  (written) => ({ requests: written }),
  z.strictObject({
    requests: some,
    per: duration.optional(),
    burst: some.optional(),
    status: z.union([z.literal(429), z.literal(413)], 'expected 429 or 413').optional(),
    as: z.enum(['face', ...PROXIES]).optional(),
  }),
).transform(({ requests, per = 1000, burst = requests, status = 429, as = 'face' }) => {
  return { requests, perMs: per, burst, status, as }
})

const turn = z.union([z.int(), z.string()], FLAP).transform((written, context): Turn => {
  if (typeof written === 'number' && written > 0) return { requests: written }
  const ms = typeof written === 'string' ? durationMs(written) : Number.NaN
  if (ms > 0) return { ms }
  context.addIssue(FLAP)
  return z.NEVER
})

const flap = shorthand(
  (written) => (written === true ? { up: 1, down: 1 } : { up: written, down: written }),
  z.strictObject({
    up: turn,
    down: turn,
    with: z.lazy((): z.ZodType<Doing> => DoingSchema).optional(),
  }),
).refine(({ up, down }) => 'requests' in up === 'requests' in down, {
  error: 'expected both a number of requests or both a duration',
  when: ({ issues }) => issues.length === 0,
})

const DoingWritten = z.strictObject({
  fault: z.enum(Object.keys(READY_MADE)).optional(),
  status: z
    .int()
    .min(200, 'expected a status from 200 to 599')
    .max(599, 'expected a status from 200 to 599')
    .optional(),
  message: z.string().optional(),
  form: z.enum(['envelope', 'page']).optional(),
  body: z.unknown().optional(),
  headers: z
    .record(headerName, z.string().regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected a text of one line, of Latin letters'))
    .optional(),
  after: z.boolean().optional(),
  delay: delay.optional(),
  drop: z.enum(['before', 'after']).optional(),
  reset: shorthand((written) => (written === true ? 'body' : written), z.enum(['before', 'after', 'body'])).optional(),
  truncate: shorthand(
    (written) => (written === true ? {} : { bytes: written }),
    z.strictObject({ bytes: count.optional(), announce: z.enum(['whole', 'cut']).optional() }),
  ).optional(),
  garble: shorthand((written) => (written === true ? 8 : written), some).optional(),
  stale: duration.optional(),
  throttle: throttle.optional(),
  flap: flap.optional(),
  'expire-token': z.literal(true).optional(),
  gateway: shorthand(
    (written) => ({ status: written }),
    z.strictObject({
      status: z.union([z.literal(502), z.literal(503), z.literal(504)], 'expected 502, 503 or 504'),
      as: z.enum(PROXIES).optional(),
    }),
  ).optional(),
  trickle: shorthand(
    (written) => (written === true ? {} : { every: written }),
    z.strictObject({ bytes: some.optional(), every: duration.optional() }),
  ).optional(),
  'content-length': z
    .int()
    .refine((off) => off !== 0, 'expected by how many bytes it is off: 10, or -10')
    .optional(),
  duplicate: shorthand((written) => (written === true ? 'second' : written), z.enum(['first', 'second'])).optional(),
})

export const DoingSchema: z.ZodType<Doing> = shorthand(
  (written) => (typeof written === 'string' ? { fault: written } : written),
  DoingWritten,
).superRefine(isOneDoing)

export const RuleSchema = z.strictObject({
  name: text.regex(/^[^/\s]+$/, 'expected a name with no slash and no space in it').optional(),
  match: MatchSchema.optional(),
  do: DoingSchema,
  times: count.optional(),
  skip: count.optional(),
  probability: share.optional(),
  for: duration.optional(),
})

/** What may stand in each part of a rule. */
export const RULE_KEYS = Object.keys(RuleSchema.shape)
export const MATCH_KEYS = Object.keys(MatchSchema.shape)
export const DOING_KEYS = Object.keys(DoingWritten.shape)

/** What may be written short: what is no mapping is made one, or made what it stands for. */
function shorthand<Schema extends z.ZodType>(longer: (written: unknown) => unknown, schema: Schema) {
  return z.preprocess((written) => (isMapping(written) ? written : longer(written)), schema)
}

/** One, or a list of which one is enough. Complaints name the place in the list only where there is a list. */
export function oneOrMore<Schema extends z.ZodType>(schema: Schema) {
  const read = z.unknown().transform((written, context): z.infer<Schema>[] => {
    if (Array.isArray(written) && written.length === 0) context.addIssue('expected at least one')
    const items = Array.isArray(written) ? written : [written]
    return items.map((item, index) => {
      const { error, data } = schema.safeParse(item)
      for (const { path, ...issue } of error?.issues ?? []) {
        const at = Array.isArray(written) ? [index, ...path] : path
        context.issues.push({ ...issue, path: at, input: item } as z.core.$ZodRawIssue)
      }
      return data as z.infer<Schema>
    })
  })
  ITEMS.set(read, schema)
  return read
}

function isMapping(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `2.53`, `2.53-`, `-2.52`, `2.1-2.52`: minor numbers, and none at all for a major version that is not 2. */
function versionRange(written: string): Range | undefined {
  const match = /^(?:(\d+)\.(\d+))?(-?)(?:(\d+)\.(\d+))?$/.exec(written)
  if (!match || (match[1] === undefined && match[4] === undefined)) return undefined
  if (match[3] === '' && match[1] !== undefined && match[4] !== undefined) return undefined
  const minor = (major: string | undefined, number: string | undefined, open: number) => {
    if (number === undefined) return open
    return major === '2' ? Number(number) : Number(major) < 2 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  const from = minor(match[1], match[2], 0)
  return { from, to: match[3] === '' ? from : minor(match[4], match[5], Number.POSITIVE_INFINITY) }
}

function occurrenceRange(written: string): Range | undefined {
  const match = /^(\d{1,9})(-(\d{1,9})?)?$/.exec(written)
  if (!match || match[1] === '0') return undefined
  const from = Number(match[1])
  return { from, to: match[2] === undefined ? from : Number(match[3] ?? Number.POSITIVE_INFINITY) }
}

function isOneDelay(given: Partial<Record<'fixed' | 'from' | 'to' | 'median' | 'p99', number | undefined>>): boolean {
  const { fixed, from, to, median, p99 } = given
  const written = Object.values(given).filter((each) => each !== undefined).length
  if (fixed !== undefined) return written === 1
  if (from !== undefined && to !== undefined) return written === 2 && from <= to
  return median !== undefined && p99 !== undefined && written === 2 && median > 0 && median <= p99
}

/** One thing decides the answer, or there is a delay; and what goes with a status goes with nothing else. */
function isOneDoing(doing: Doing, context: z.RefinementCtx): void {
  // Whoever mistyped a key has been told of that.
  if (context.issues.length > 0) return
  const deciding = DECIDING.filter((key) => doing[key] !== undefined)
  const [first, second] = deciding
  if (second !== undefined) {
    context.addIssue({
      code: 'custom',
      message: `"${first}" and "${second}" cannot both decide the answer; make two rules`,
      path: [second],
    })
  }
  if (first === undefined && doing.delay === undefined) {
    context.addIssue(`expected something to do: one of ${DECIDING.join(', ')} or delay`)
  }
  for (const key of ['message', 'form', 'body', 'headers'] as const) {
    if (doing[key] !== undefined && doing.status === undefined) {
      context.addIssue({ code: 'custom', message: `"${key}" goes with a status, and there is none`, path: [key] })
    }
  }
  if (doing.message !== undefined && doing.body !== undefined) {
    context.addIssue({
      code: 'custom',
      message: 'a message is in an envelope, a body is as it is: it cannot be both',
      path: ['body'],
    })
  }
  if (doing.after !== undefined && doing.status === undefined && doing.gateway === undefined) {
    context.addIssue({ code: 'custom', message: '"after" goes with a status or a gateway', path: ['after'] })
  }
}
