/** What is wrong with something that a person wrote. */

/** One thing that is wrong: what it is, where it stands (`['services', 2, 'host']`), and the likely fix. */
export interface Complaint {
  message: string
  path: (string | number)[]
  hint?: string | undefined
}

/** A file, or a value in place of one, that is not as it has to be. Its message has a line for each complaint. */
export class InputError extends Error {
  readonly complaints: Complaint[]

  constructor(complaints: Complaint[], lines: string[]) {
    super(lines.join('\n'))
    this.name = 'InputError'
    this.complaints = complaints
  }
}

/** `services[2].host`, as people write paths. */
export function pathText(path: (string | number)[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}

/** A line that tells a complaint: where, what, and the likely fix. */
export function complaintLine(where: string, { path, message, hint }: Complaint): string {
  return `${where}: ${path.length > 0 ? `${pathText(path)}: ` : ''}${message}${hint ? ` (${hint})` : ''}`
}
