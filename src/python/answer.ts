/** Answers whose bodies can still be read once they are on their way: for whoever keeps a journal of them. */

export type Body = string | Uint8Array<ArrayBuffer> | null

/** Not seen by whoever sends the answer. */
const BODY = Symbol('body')

/** A response that remembers its body. */
export function answerWith(body: Body, init: ResponseInit): Response {
  const response: Response & { [BODY]?: Body } = new Response(body, init)
  response[BODY] = body
  return response
}

/** The body of a response that remembers it; undefined for any other. */
export function rememberedBody(response: Response & { [BODY]?: Body }): Body | undefined {
  return response[BODY]
}
