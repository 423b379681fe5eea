/** Regular expressions as Python's `re` and MariaDB read them, as far as JavaScript's can stand for them. */

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
