/** What was found, as Markdown. */

import type { Contender } from './contender.ts'
import { duration, machine, megabytes, table, thousands } from './numbers.ts'
import { BARE, NOVASIM, WITH_RULES, WITHOUT_JOURNAL } from './own.ts'
import {
  type Found,
  IDLE_TARGET,
  IMAGE_START_TARGET_MS,
  JOURNAL_TARGET,
  percent,
  RULES_TARGET,
  ratio,
  START_TARGET_MS,
  WORLDS_TARGET,
} from './targets.ts'

/** @param how what made the load, and for how long */
export function report(found: Found, contenders: Contender[], left: Map<string, string>, how: string): string {
  const shown = contenders.filter(({ name }) => ![WITHOUT_JOURNAL, WITH_RULES].includes(name))
  return [
    `${machine()}; ${how}. Left of the stroke: requests per second; right: what part that is of the bare node:http.`,
    table([['', 'bytes', ...shown.map(({ name }) => name), 'wanted'], ...speeds(found, shown)]),
    'How long an answer takes, p50 and p99:',
    table([['', ...shown.map(({ name }) => name)], ...times(found, shown)]),
    'A process that serves five services:',
    table([['', 'version', 'to the first answer', 'resident then', 'after the load'], ...footprints(found, shown)]),
    'What the journal costs, and the journal with 1,000 rules of which none is about the request:',
    table([['', 'without either', 'with', 'cost', 'at the most'], ...weights(found)]),
    'novasim alone:',
    table([['', 'is', 'at the most'], ...resources(found)]),
    ...notes(found, left),
  ].join('\n')
}

function speeds({ run }: Found, shown: Contender[]): string[][] {
  return run.rows.map((measured) => {
    const { row, bytes, loads } = measured
    const cells = shown.map(({ name }) => {
      const load = loads.get(name)
      if (!load) return '–'
      const failed = load.failed > 0 ? `, ${thousands(load.failed)} failed` : ''
      const part = name === BARE ? '' : ` / ${ratio(measured, name, BARE).toFixed(2)}`
      const text = `${thousands(load.perSecond)}${part}${failed}`
      return name === NOVASIM ? `**${text}**` : text
    })
    return [row.what, thousands(bytes), ...cells, row.target?.toFixed(1) ?? '']
  })
}

function times({ run }: Found, shown: Contender[]): string[][] {
  return run.rows.map(({ row, loads }) => [
    row.what,
    ...shown.map(({ name }) => {
      const load = loads.get(name)
      return load ? `${duration(load.p50Ms)}, ${duration(load.p99Ms)}` : '–'
    }),
  ])
}

function footprints({ run }: Found, shown: Contender[]): string[][] {
  return shown.flatMap(({ name, version }) => {
    const print = run.footprints.get(name)
    if (!print) return []
    return [[name, version, duration(print.startMs), megabytes(print.before), megabytes(print.after)]]
  })
}

function weights({ run }: Found): string[][] {
  const weighed = [
    [NOVASIM, 'journal', JOURNAL_TARGET],
    [WITH_RULES, 'journal and rules', RULES_TARGET],
  ] as const
  return run.rows.flatMap((measured) => {
    const without = measured.loads.get(WITHOUT_JOURNAL)
    if (!without) return []
    return weighed.flatMap(([name, what, target]) => {
      const load = measured.loads.get(name)
      if (!load) return []
      const cost = percent(1 - ratio(measured, name, WITHOUT_JOURNAL))
      return [
        [
          `${measured.row.what}, ${what}`,
          thousands(without.perSecond),
          thousands(load.perSecond),
          cost,
          percent(target),
        ],
      ]
    })
  })
}

function resources({ start, image, memory }: Found): string[][] {
  const above = (name: string, { emptyMs, firstMs, aboveMs }: Exclude<typeof image, string>, most: number) => [
    `${name}: ${duration(firstMs)}, an empty node ${duration(emptyMs)}; above it`,
    duration(aboveMs),
    duration(most),
  ]
  return [
    above('start to the first answer', start, START_TARGET_MS),
    typeof image === 'string'
      ? ['start in the image', `not measured: ${image}`, '']
      : above('in the image', image, IMAGE_START_TARGET_MS),
    ['resident, one world at rest', megabytes(memory.idle), megabytes(IDLE_TARGET)],
    ['resident, 1,000 worlds', megabytes(memory.worlds), megabytes(WORLDS_TARGET)],
  ]
}

/** Who was left out, and of what. */
function notes({ run }: Found, left: Map<string, string>): string[] {
  const whole = [...left].map(([name, why]) => `- ${name} is left out: ${why}`)
  const rows = run.rows.flatMap(({ row, left: ofRow }) =>
    [...ofRow].map(([name, why]) => `- ${name} is left out of "${row.what}": ${why}`),
  )
  return whole.length + rows.length > 0 ? [[...whole, ...rows].join('\n')] : []
}
