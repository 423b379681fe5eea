/** How the playing of a scenario is told: line by line in a terminal, and as JUnit for a CI. */

import { styleText } from 'node:util'
import { durationText } from '../reading/duration.ts'
import type { Outcome, Played } from './player.ts'

/** A step as a line for a terminal, and a line for each thing that is wrong. */
export function stepLines({ at, line, problems }: Played, colour: boolean): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string) => (colour ? styleText(format, text) : text)
  const mark = problems.length > 0 ? paint('red', '✗') : paint('green', '✓')
  const when = paint('dim', `+${durationText(at)}`.padStart(10))
  return [`${when} ${mark} ${line}`, ...problems.map((problem) => `             ${paint('red', problem)}`)].join('\n')
}

/** A scenario that has been played, for a report. */
export interface PlayedScenario {
  name: string
  file: string
  outcome: Outcome
  /** Milliseconds of the wall's time. */
  took: number
}

/** JUnit's XML: a suite for each scenario, a case for each step. */
export function junit(scenarios: PlayedScenario[]): string {
  const suites = scenarios.map(({ name, file, outcome, took }) => {
    const failures = outcome.played.filter(({ problems }) => problems.length > 0).length
    const cases = outcome.played.map(({ index, line, problems }) => {
      const head = `    <testcase classname="${xml(name)}" name="${xml(`${index + 1}. ${line}`)}"`
      if (problems.length === 0) return `${head}/>`
      return `${head}>\n      <failure message="${xml(problems[0] ?? '')}">${xml(problems.join('\n'))}</failure>\n    </testcase>`
    })
    const counts = `tests="${outcome.played.length}" failures="${failures}" time="${(took / 1000).toFixed(3)}"`
    return `  <testsuite name="${xml(name)}" file="${xml(file)}" ${counts}>\n${cases.join('\n')}\n  </testsuite>`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`
}

function xml(text: string): string {
  const named: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '&#10;' }
  // What XML 1.0 has no way to write is left out.
  return text.replace(/[^\t\n\r -\ud7ff\ue000-\ufffd]/g, '').replace(/[&<>"\n]/g, (character) => named[character] ?? '')
}
