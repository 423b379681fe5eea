/** A recording as it grows: each line is in the file before anybody is told of it, and the first line is completed at the end. */

import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { InputError } from '../reading/complaint.ts'
import { whyUnwritten } from '../reading/file.ts'
import { headerLine, type Made } from './recording.ts'

export interface RecordingFile {
  /** @throws when they cannot be written */
  write(lines: string[]): void
  /** Put a first line in the place of the one that is there, all at once: at every moment there is a whole file. */
  finish(made: Made): void
}

/** @throws {InputError} when there is such a file already, or none can be made there */
export function createRecordingFile(path: string, made: Made, { force = false } = {}): RecordingFile {
  const header = Buffer.from(`${headerLine(made)}\n`)
  let file: number | undefined
  try {
    file = openSync(path, force ? 'w+' : 'wx+')
    writeAll(file, header)
  } catch (error) {
    if (file !== undefined) closeSync(file)
    throw new InputError([], [`${path}: ${whyUnwritten(error)}`])
  }
  let closed = false
  return {
    write(lines) {
      if (!closed) writeAll(file, Buffer.from(`${lines.join('\n')}\n`))
    },
    finish(completed) {
      if (closed) return
      closed = true
      const beside = `${path}.${process.pid}.part`
      const copy = openSync(beside, 'w')
      try {
        writeAll(copy, Buffer.from(`${headerLine(completed)}\n`))
        const piece = Buffer.alloc(1024 * 1024)
        for (let at = header.length; ; ) {
          const size = readSync(file, piece, 0, piece.length, at)
          if (size === 0) break
          writeAll(copy, piece.subarray(0, size))
          at += size
        }
        fsyncSync(copy)
        closeSync(copy)
        renameSync(beside, path)
      } catch (error) {
        rmSync(beside, { force: true })
        throw error
      } finally {
        closeSync(file)
      }
    },
  }
}

/** A write may take less than it was given, when the disk is almost full. */
function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
