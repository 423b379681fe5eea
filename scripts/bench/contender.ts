/** What runs in the bench. */

import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Answers, Ask, Size } from './answers.ts'
import type { Row } from './rows.ts'
import type { Running } from './running.ts'

export interface Contender {
  name: string
  version: string
  /** Whose package it is, rather than a part of novasim or a bare measure. */
  peer: boolean
  /** Make a server that gives these answers. */
  start(answers: Answers): Promise<Running>
  /** What has to be there for a row, beside what it started with. */
  prepare?(row: Row, running: Running): Promise<void>
  /** What it has to be asked to give the answer to a row, where that is not what novasim is asked. */
  asks?(row: Row, asks: Ask[]): Ask[]
  /** Why it cannot give the answer to a row, if so. */
  cannot?(row: Row): string | undefined
  /** The sizes that it is measured at; all unless said. */
  sizes?: readonly Size[]
  /** The rows that it is measured in; all unless said. */
  rows?: readonly string[]
}

/** A file, in a folder of its own. */
export function fileOf(name: string, content: string | object): string {
  const file = join(mkdtempSync(join(tmpdir(), 'novasim-bench-')), name)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}
