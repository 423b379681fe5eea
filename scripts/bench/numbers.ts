/** Numbers, and how they are written. */

import { cpus, totalmem } from 'node:os'

export function median(numbers: number[]): number {
  return [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
}

/** The straight line through points that leaves the least squares. @returns what it rises by for each unit of x */
export function slope(points: { x: number; y: number }[]): number {
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [middleX, middleY] = [mean('x'), mean('y')]
  const across = points.reduce((sum, { x, y }) => sum + (x - middleX) * (y - middleY), 0)
  return across / points.reduce((sum, { x }) => sum + (x - middleX) ** 2, 0)
}

/** The machine in a sentence. */
export function machine(): string {
  const all = cpus()
  const memory = Math.round(totalmem() / 1024 ** 3)
  return `${all.length} × ${all[0]?.model.trim()}, ${memory} GiB, ${process.platform}, Node ${process.version}`
}

export const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

/** Three digits of a time, with its unit. */
export function duration(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  if (ms < 1) return `${Number((ms * 1000).toPrecision(3))} µs`
  if (ms < 1000) return `${Number(ms.toPrecision(3))} ms`
  return `${Number((ms / 1000).toPrecision(3))} s`
}

export function thousands(number: number): string {
  return Math.round(number).toLocaleString('en')
}

/** A table of Markdown; the first row is its head. */
export function table(rows: (string | number)[][]): string {
  const [head = [], ...rest] = rows
  return [head, head.map(() => '---'), ...rest].map((row) => `| ${row.join(' | ')} |\n`).join('')
}
