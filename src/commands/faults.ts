/** `novasim faults`: the rules by which requests go wrong. */

import type { FaultRule, FaultView } from '../handles/fault-rule.ts'
import { readText } from '../reading/file.ts'
import { readYaml } from '../reading/yaml.ts'
import { paint, plain, print, type RemoteFlags, remote, table, write } from './remote.ts'

export async function listFaults(flags: RemoteFlags): Promise<void> {
  const faults = await remote(flags).faults.list()
  print(flags, faults, () => tableOf(faults))
}

/**
 * All of them are set, or none.
 *
 * @param given each the name of a ready-made fault, or a rule written out in YAML or JSON
 * @throws {InputError} when one is no YAML, with its line; the rest is for control to check
 */
export async function addFaults(given: string[], flags: RemoteFlags & { file?: string }): Promise<void> {
  const rules = given.map((text) => read(text, 'rule'))
  if (flags.file !== undefined) rules.push(...[read(await readText(flags.file), flags.file)].flat())
  const added = await remote(flags).faults.add(rules as (FaultRule | string)[])
  print(flags, added, () => tableOf(added))
  for (const warning of added.flatMap(({ warnings = [] }) => warnings)) process.stderr.write(`# ${warning}\n`)
}

/** @param names those that are to go; none for all */
export async function clearFaults(names: string[], flags: RemoteFlags): Promise<void> {
  const { faults } = remote(flags)
  const going = names.length > 0 ? names : (await faults.list()).map(({ name }) => name)
  if (names.length === 0) await faults.clear()
  else {
    // Of several either all go or none: first each is looked for.
    for (const name of names) await faults.get(name)
    for (const name of new Set(names)) await faults.delete(name)
  }
  if (!flags.json) write(going.length === 0 ? 'there was none' : `gone: ${going.map(plain).join(', ')}`)
}

function read(text: string, file: string): unknown {
  return readYaml(text, file, (value) => ({ value }))
}

function tableOf(faults: FaultView[]): string {
  if (faults.length === 0) return 'no faults'
  return table(
    ['fault', 'state', 'matched', 'fired', 'rule'],
    faults.map(({ name, state, matched, fired, warnings: _, ...rule }) => [
      plain(name),
      state === 'active' ? paint('red', state) : state,
      String(matched),
      String(fired),
      JSON.stringify(rule),
    ]),
  )
}
