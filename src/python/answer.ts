/** Answers that can still be read once they are on their way: for whoever keeps a journal of them. */

export type Body = string | Uint8Array<ArrayBuffer> | null

/** What an answer was made of. */
export interface Made {
  headers: Record<string, string>
  body: Body
}

/** Not seen by whoever sends the answer. */
const MADE = Symbol('made')

/** A response that remembers what it was made of. */
export function answerWith(body: Body, init: { status?: number; headers: Record<string, string> }): Response {
  const response: Response & { [MADE]?: Made } = new Response(body, init)
  response[MADE] = { headers: init.headers, body }
  return response
}

/** What a response was made of that remembers it; undefined for any other. */
export function rememberedIn(response: Response & { [MADE]?: Made }): Made | undefined {
  return response[MADE]
}
