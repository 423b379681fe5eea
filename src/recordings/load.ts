/** A recording by its file: one of ours, or HAR. */

import { readFile } from 'node:fs/promises'
import { InputError } from '../reading/complaint.ts'
import { type Recording, readRecording } from './recording.ts'

/** @throws {InputError} with the file and the line of each complaint */
export async function loadRecording(file: string): Promise<Recording> {
  const text = await readWhole(file)
  if (!isHar(file)) return readRecording(text, file)
  // Few recordings are HAR.
  const { fromHar } = await import('./har.ts')
  return readRecording(fromHar(text, file), file)
}

/** Whether a file is HAR, by the ending of its name. */
export function isHar(file: string): boolean {
  return /\.har$/i.test(file)
}

/** @throws {InputError} when it cannot be read */
export async function readWhole(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    const why = missing
      ? 'there is no such file'
      : `cannot be read: ${error instanceof Error ? error.message : String(error)}`
    throw new InputError([], [`${file}: ${why}`])
  }
}
