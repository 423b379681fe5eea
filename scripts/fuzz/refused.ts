/** What reading a file may come to: it is read, or an `InputError` says why not. */

import { InputError } from '../../src/reading/complaint.ts'
import { Find, gist } from './part.ts'

/** @returns what was read, or the gist of the refusal */
export async function readOrRefused<Value>(
  read: () => Value | Promise<Value>,
): Promise<{ value: Value; refused?: never } | { value?: never; refused: string }> {
  try {
    return { value: await read() }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    if (error.message.trim() === '' || error.message.includes('[object Object]') || error.message.includes('undefined'))
      throw new Find(`a refusal that says nothing: ${JSON.stringify(error.message)}`)
    // Where it stands differs each time.
    return { refused: gist(error.complaints[0]?.message ?? error.message.replace(/^\S+?:(?:\d+:\d+:)? /, '')) }
  }
}
