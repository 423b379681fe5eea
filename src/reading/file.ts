/** Text files that people name: read, or said clearly why not. */

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
