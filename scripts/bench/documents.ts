/** Tables in the documents that a command writes, each between two marks. */

import { readFileSync, writeFileSync } from 'node:fs'

/**
 * Put a text between `<!-- NAME -->` and `<!-- /NAME -->`.
 *
 * @throws {Error} the document has no such marks
 */
export function writeBetween(file: string, name: string, text: string): void {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`]
  const document = readFileSync(file, 'utf8')
  const [from, to] = [document.indexOf(begin), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${file} has no ${begin.trim()} with a ${end} after it`)
  writeFileSync(file, `${document.slice(0, from + begin.length)}\n${text.trim()}\n\n${document.slice(to)}`)
}
