/** Rules that people wrote: from a file or from a request, with complaints that say what, where and the likely fix. */

import { type Checked, check } from '../reading/check.ts'
import { type Complaint, complaintLine, InputError } from '../reading/complaint.ts'
import { readText } from '../reading/file.ts'
import { nearest, oneOf } from '../reading/nearest.ts'
import { readYaml } from '../reading/yaml.ts'
import type { SetRule } from './injector.ts'
import { meaningOf } from './meaning.ts'
import type { Face } from './passage.ts'
import { hasStar } from './pattern.ts'
import type { FaultRule, Match } from './rule.ts'
import { RuleSchema } from './rule-schema.ts'
import { warningsOf } from './warnings.ts'

/** What is known of the world that the rules are for. */
export interface Known {
  /** Each operation, and of whom it can be asked. */
  operations: ReadonlyMap<string, readonly AskedOf[]>
  /** The minor number of the newest microversion. */
  newest?: number | undefined
  /** The names of the rules that there are. */
  names?: readonly string[] | undefined
}

/** A face that has an operation. */
export interface AskedOf {
  face: Face
  /** By which it is asked for; none where any will do. */
  methods: readonly string[]
}

/** Rules that can be set, and what is to be said of them. */
export interface ReadRules {
  rules: SetRule[]
  /** Of those that can never match: `refuse-delete: os-services:delete is never asked for by GET`. */
  warnings: string[]
}

/** A rule as it would stand in a file, or the name of a ready-made fault alone. */
export type WrittenRule = string | Readonly<Record<string, unknown>>

/** Every rule that a list holds. A single one is as good as a list of it, and the name of a ready-made fault as good as a rule. */
export function checkRules(value: unknown, known: Known): Checked<ReadRules> {
  const list = Array.isArray(value) ? value : [value]
  const names = new Set(known.names)
  const numbers = new Map<string, number>()
  const rules: SetRule[] = []
  const complaints: Complaint[] = []
  for (const [index, item] of list.entries()) {
    const checked = checkRule(item, known, names, numbers)
    if (checked.complaints === undefined) {
      rules.push(checked.value)
      names.add(checked.value.rule.name)
    } else {
      const at = (path: Complaint['path']) => (Array.isArray(value) ? [index, ...path] : path)
      complaints.push(...checked.complaints.map((each) => ({ ...each, path: at(each.path) })))
    }
  }
  if (complaints.length > 0) return { complaints }
  return { value: { rules, warnings: rules.flatMap(({ rule }) => warningsOf(rule, known)) } }
}

/**
 * One rule.
 *
 * @param taken the names that others have
 * @param numbers up to which the names that are made up are taken, where many rules are read one after the other
 */
export function checkRule(
  item: unknown,
  known: Known,
  taken: ReadonlySet<string>,
  numbers = new Map<string, number>(),
): Checked<SetRule> {
  const written = typeof item === 'string' ? { do: item } : item
  const checked = check(RuleSchema, written)
  if (checked.complaints !== undefined) return checked
  const { name: given, match = {}, do: doing, times, skip, probability, for: forMs } = checked.value
  const complaints = unknownOperations(match, known).map((each) => ({ ...each, path: ['match', ...each.path] }))
  if (given !== undefined && taken.has(given)) {
    complaints.push({
      message: `there is a fault "${given}" already`,
      path: ['name'],
      hint: 'change or remove that one, or choose another name',
    })
  }
  if (complaints.length > 0) return { complaints }
  const name = given ?? freeName(doing.fault ?? 'fault', taken, numbers)
  const rule: FaultRule = { name, match, do: doing, times, skip, probability, forMs }
  return { value: { rule, written: { name, ...structuredClone(written as object) }, meaning: meaningOf(rule) } }
}

/** @throws {InputError} with `file:line:column: what is wrong` for each complaint */
export function readRules(text: string, file: string, known: Known): ReadRules {
  return readYaml(text, file, (value) => checkRules(value === null || isEmpty(value) ? [] : value, known))
}

/**
 * Rules as they would stand in a file, or the file itself.
 *
 * @throws {InputError} with a line for each complaint
 */
export async function loadRules(rules: string | readonly WrittenRule[], known: Known): Promise<ReadRules> {
  if (typeof rules === 'string') return readRules(await readText(rules), rules, known)
  const { value, complaints } = checkRules(rules, known)
  if (complaints === undefined) return value
  throw new InputError(
    complaints,
    complaints.map((complaint) => complaintLine('faults', complaint)),
  )
}

/** What is wrong with the operations that a match names: those that there are not. */
export function unknownOperations({ operation: operations = [] }: Match, known: Known): Complaint[] {
  return operations.flatMap((operation, index): Complaint[] => {
    if (hasStar(operation) || known.operations.has(operation)) return []
    const all = [...known.operations.keys()]
    const meant = nearest(operation, all)
    const path = operations.length === 1 ? ['operation'] : ['operation', index]
    return [
      {
        message: `there is no operation "${operation}"`,
        path,
        hint: meant ? `did you mean "${meant}"?` : `there is ${oneOf(all)}`,
      },
    ]
  })
}

function freeName(wanted: string, taken: ReadonlySet<string>, numbers: Map<string, number>): string {
  if (wanted !== 'fault' && !taken.has(wanted)) return wanted
  let number = numbers.get(wanted) ?? (wanted === 'fault' ? 1 : 2)
  while (taken.has(`${wanted}-${number}`)) number++
  numbers.set(wanted, number)
  return `${wanted}-${number}`
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
