/** Answers of control: JSON, or nothing. The platform's own `Response`, with all that it loads, is for who reads one. */

import { answerWith } from '../http/response.ts'

/** @param status default 200 */
export function json(value: unknown, status = 200): Response {
  return jsonText(JSON.stringify(value), status)
}

/** @param text what is JSON already */
export function jsonText(text: string, status = 200): Response {
  return answerWith(text, { status, headers: { 'Content-Type': 'application/json' } })
}

/** It is done, and there is nothing to say. */
export function nothing(): Response {
  return answerWith(null, { status: 204, headers: {} })
}
