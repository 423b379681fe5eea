/** Moments as people write them. */

/** `2026-01-01T00:00:00Z` in milliseconds since 1970. Without a zone it is UTC, as Nova's times are. NaN when it is no time. */
export function toMs(text: string): number {
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d:\d\d)?$/.exec(text)
  return match ? Date.parse(`${match[1]}T${match[2] ?? '00:00'}${match[3] ?? 'Z'}`) : Number.NaN
}

/** The moment that was written last: many that are written together are one. */
let latest = { ms: Number.NaN, text: '' }

/** Milliseconds since 1970 as `2026-01-01T00:00:00.000Z`. */
export function toText(ms: number): string {
  if (ms !== latest.ms) latest = { ms, text: new Date(ms).toISOString() }
  return latest.text
}
