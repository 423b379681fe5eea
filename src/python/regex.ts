/** Regular expressions as Python's `re` and MariaDB read them, as far as JavaScript's can stand for them. */

import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** What a text is held against. */
export interface Matcher {
  test(text: string): boolean
}

/**
 * A pattern that somebody has sent, found anywhere in a text, without case as MariaDB compares. It is matched in linear time
 * (by RE2's algorithm), for a cloud must not stand still over one that JavaScript would try for years.
 *
 * @returns undefined for what is no pattern, and for what RE2 has not: looking around, and back to a group
 */
export function matcherOf(pattern: string): Matcher | undefined {
  if (/^[\w -]*$/.test(pattern)) {
    const wanted = pattern.toLowerCase()
    return { test: (text) => text.toLowerCase().includes(wanted) }
  }
  if (!pythonRegex(pattern)) return undefined
  // Most lists are filtered by plain names, or not at all, so it is loaded when it is first needed.
  const { RE2JS }: typeof import('re2js') = require('re2js')
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE)
    return { test: (text) => compiled.matcher(text).find() }
  } catch {
    return undefined
  }
}

/** Undefined where Python's `re.compile` would raise an error. */
export function pythonRegex(text: string, flags = ''): RegExp | undefined {
  const inner = /^\(\?([aiLmsux]+)\)/.exec(text)
  const rest = text
    .slice(inner?.[0].length ?? 0)
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$')
  const asked = [...new Set(`${flags}${(inner?.[1] ?? '').replace(/[^ims]/g, '')}`)].join('')
  // Python has no quantifier on nothing, nor on another one but for the lazy and the possessive.
  if (/^[*+?]|[(|][*+?](?!\?)|\*\*|\+\*|\?\*/.test(rest.replace(/\\./gs, '..').replace(/\(\?[:=!<]/g, '(_'))) {
    return undefined
  }
  try {
    return new RegExp(rest, asked)
  } catch {
    return undefined
  }
}
