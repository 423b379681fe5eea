/** A world by its name, by its file, or as it would stand in a file. */

import { complaintLine, InputError } from '../reading/complaint.ts'
import { readText } from '../reading/file.ts'
import { BUILT_IN_WORLDS, builtInWorld, isBuiltIn } from './built-in.ts'
import type { WorldDescription } from './world-file.ts'
import type { WorldFile } from './world-schema.ts'

/** @throws {InputError} with the file, the line and the column of each complaint, where there is a file */
export async function loadWorld(world: string | WorldFile): Promise<WorldDescription> {
  if (typeof world === 'string') return isBuiltIn(world) ? builtInWorld(world) : readWorldFile(world)
  const { checkWorld } = await import('./read.ts')
  const { complaints, value } = checkWorld(world)
  if (complaints === undefined) return value
  throw new InputError(
    complaints,
    complaints.map((complaint) => complaintLine('world', complaint)),
  )
}

async function readWorldFile(file: string): Promise<WorldDescription> {
  // A world is read at the start only, and most starts read none: YAML and its checks are loaded when they are needed.
  const [{ readWorld }, { nearest }] = await Promise.all([import('./read.ts'), import('../reading/nearest.ts')])
  const names = Object.keys(BUILT_IN_WORLDS)
  const meant = /[./]/.test(file) ? undefined : nearest(file, names)
  const hint = meant ? `did you mean the built-in world "${meant}"?` : `the built-in worlds are ${names.join(', ')}`
  return readWorld(await readText(file, hint), file)
}
