/** Text files that people name: read and written, or said clearly why not. */

import { renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { InputError } from './complaint.ts'

/** The largest file that is read. */
const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * @param hintWhenMissing the likely fix when there is no such file
 * @throws {InputError} when it cannot be read, or is larger than 64 MiB
 */
export async function readText(
  file: string,
  hintWhenMissing = 'paths are from the folder you are in',
): Promise<string> {
  try {
    const { size } = await stat(file)
    if (size > MAX_FILE_BYTES) throw new Error(`it has ${size} bytes, and ${MAX_FILE_BYTES} are the most that is read`)
    return await readFile(file, 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const why = missing ? `there is no such file (${hintWhenMissing})` : `cannot be read: ${wordsOf(error)}`
    throw new InputError([], [`${file}: ${why}`])
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/**
 * Write a file whole or not at all: what stands there already stays until the new one is complete.
 *
 * @throws {InputError} when it cannot be written
 */
export function writeWhole(path: string, text: string): void {
  // A pipe or a terminal has no other beside it.
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() ?? true
  const beside = isFile ? `${path}.${process.pid}.part` : path
  try {
    writeFileSync(beside, text)
    if (isFile) renameSync(beside, path)
  } catch (error) {
    if (isFile) rmSync(beside, { force: true })
    throw new InputError([], [`${path}: ${whyUnwritten(error)}`])
  }
}

/** Why a file could not be written, for a person. */
export function whyUnwritten(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EEXIST') return 'there is such a file already (--force writes over it, or name another)'
  if (code === 'ENOENT') return 'there is no such folder'
  if (code === 'EISDIR') return 'that is a folder (name a file in it)'
  if (code === 'ENOSPC') return 'there is no room left on the disk'
  return `cannot be written: ${error instanceof Error ? error.message : String(error)}`
}
