/** A world by its name, by its file, or as it would stand in a file. */

import { readFile, stat } from 'node:fs/promises'
import { BUILT_IN_WORLDS, builtInWorld, isBuiltIn } from './built-in.ts'
import { type WorldDescription, WorldFileError } from './world-file.ts'
import type { WorldFile } from './world-schema.ts'

/** The largest world file that is read. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/** @throws {WorldFileError} with the file, the line and the column of each complaint, where there is a file */
export async function loadWorld(world: string | WorldFile): Promise<WorldDescription> {
  if (typeof world === 'string') return isBuiltIn(world) ? builtInWorld(world) : readWorldFile(world)
  const [{ checkWorld }, { pathText }] = await Promise.all([import('./read.ts'), import('./check.ts')])
  const { complaints, value } = checkWorld(world)
  if (complaints === undefined) return value
  const lines = complaints.map(
    ({ path, message, hint }) => `world: ${pathText(path)}: ${message}${hint ? ` (${hint})` : ''}`,
  )
  throw new WorldFileError(complaints, lines)
}

async function readWorldFile(file: string): Promise<WorldDescription> {
  // A world is read at the start only, and most starts read none: YAML and its checks are loaded when they are needed.
  const [text, { readWorld }] = await Promise.all([readText(file), import('./read.ts')])
  return readWorld(text, file)
}

async function readText(file: string): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, and ${MAX_FILE_BYTES} are the most that is read`)
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new WorldFileError([], [await whyUnreadable(file, error)])
  }
}

async function whyUnreadable(file: string, error: unknown): Promise<string> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== 'ENOENT') return `${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`
  const { nearest } = await import('./check.ts')
  const names = Object.keys(BUILT_IN_WORLDS)
  const meant = /[./]/.test(file) ? undefined : nearest(file, names)
  const hint = meant ? `did you mean "${meant}"?` : `the built-in worlds are ${names.join(', ')}`
  return `${file}: there is no such file, and no built-in world of that name (${hint})`
}
