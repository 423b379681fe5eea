/** What is secret in a request or an answer, shown as something that can be compared but not used. */

import { hexFor } from '../cloud/ids.ts'
import { secretInHeader } from '../recordings/redact.ts'

/** Its value is a secret wherever it stands in JSON. */
const SECRET_KEYS = /("(?:[a-z_]*password|adminPass|secret)"\s*:\s*)"((?:[^"\\]|\\.)*)"/gi

/** How every such key ends: long lists have none, and that is seen in a tenth of the time. */
const SECRET_KEY_ENDS = /(?:password|adminPass|secret)"/i

/** A token that logs in: its id is the token itself. */
const TOKEN_ID = /("token"\s*:\s*\{[^{}]*?"id"\s*:\s*)"((?:[^"\\]|\\.)*)"/g

/** `[secret 1f0c9a2b]`: the same for the same secret in worlds of one seed. */
export function redacted(seed: number, secret: string): string {
  return `[secret ${hexFor(seed, 'secret', secret).slice(0, 8)}]`
}

export function redactHeader(seed: number, name: string, value: string): string {
  return secretInHeader(name.toLowerCase()) ? redacted(seed, value) : value
}

/** A body, with the values of its secrets redacted and everything else as it is. */
export function redactText(seed: number, text: string): string {
  const hide = (_: string, before: string, secret: string) => `${before}"${redacted(seed, secret)}"`
  const secretsHidden = SECRET_KEY_ENDS.test(text) ? text.replace(SECRET_KEYS, hide) : text
  return secretsHidden.replace(TOKEN_ID, hide)
}
