/** Files of the repository that cases begin from. */

import { existsSync, globSync, readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import type { Form } from './change.ts'

export const YAML: Form = {
  parse: (text) => parse(text, { logLevel: 'error' }),
  write: (value) => stringify(value) ?? '',
}
export const JSON_TEXT: Form = { parse: (text) => JSON.parse(text), write: (value) => JSON.stringify(value) ?? '' }

/** @param most those that are longer are left out */
export function textsOf(patterns: string[], most = 20_000): string[] {
  const texts = patterns.flatMap((pattern) => globSync(pattern)).map((file) => readFileSync(file, 'utf8'))
  return texts.filter((text) => text.length <= most)
}

/** The examples of a language in a document. */
export function examplesIn(document: string, language: string): string[] {
  if (!existsSync(document)) return []
  const found = readFileSync(document, 'utf8').matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))
  return [...found].map(([, text = '']) => text)
}
