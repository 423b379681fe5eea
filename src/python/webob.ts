/** The error pages of WebOb, which answer where an application's own envelope does not reach. */

import { dumps, type Writable } from './json.ts'

export interface ErrorPage {
  contentType: string
  body: string
}

/** What WebOb says of each status before it comes to the details: of those that need nothing from the request. webob/exc.py */
export const EXPLANATIONS: Record<number, { title: string; words: string }> = {
  400: {
    title: 'Bad Request',
    words: 'The server could not comply with the request since it is either malformed or otherwise incorrect.',
  },
  401: {
    title: 'Unauthorized',
    words:
      'This server could not verify that you are authorized to access the document you requested. Either you supplied ' +
      'the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials ' +
      'required.',
  },
  403: { title: 'Forbidden', words: 'Access was denied to this resource.' },
  404: { title: 'Not Found', words: 'The resource could not be found.' },
  409: { title: 'Conflict', words: 'There was a conflict when trying to complete your request.' },
  500: {
    title: 'Internal Server Error',
    words: 'The server has either erred or is incapable of performing the requested operation.',
  },
  503: {
    title: 'Service Unavailable',
    words: 'The server is currently unavailable. Please try again at a later time.',
  },
}

/**
 * The page for an error, in the form that the client accepts best: HTML, JSON, or else plain text.
 *
 * @param accept the request's Accept header; none is nothing that is accepted
 * @see webob/exc.py `WSGIHTTPException.generate_response`
 */
export function errorPage(code: number, title: string, explanation: string, accept: string | null): ErrorPage {
  const text = () => `${explanation}<br /><br />\n\n\n`
  return errorPageOf(code, title, text, accept, (body) => ({ message: body, code: `${code} ${title}`, title }))
}

/**
 * The same, of an application that fills the page itself.
 *
 * @param text the page, with what others wrote passed through `escaped`
 * @param json what it makes of the page for a client that wants JSON
 */
export function errorPageOf(
  code: number,
  title: string,
  text: (escaped: (piece: string) => string) => string,
  accept: string | null,
  json: (body: string) => Writable,
): ErrorPage {
  const status = `${code} ${title}`
  switch (bestOffer(accept ?? '', ['text/html', 'application/json'])) {
    case 'text/html':
      return { contentType: 'text/html; charset=UTF-8', body: htmlPage(status, text(escapeHtml)) }
    case 'application/json':
      return { contentType: 'application/json', body: dumps(json(text(asIs))) }
    default:
      return { contentType: 'text/plain; charset=UTF-8', body: `${status}\n\n${stripTags(text(asIs))}` }
  }
}

/** What is left of a page where there can be no tags. webob/exc.py `strip_tags` */
export function stripTags(body: string): string {
  return body
    .replaceAll('\n', ' ')
    .replaceAll('\r', '')
    .replace(/<br.*?>/gis, '\n')
    .replace(/<!--|-->/g, '')
    .replace(/<.*?>/gs, '')
}

/** Whether an Accept header takes what is offered. One that makes no sense takes everything. */
export function accepts(accept: string, offer: string): boolean {
  return bestOffer(accept, [offer]) !== undefined
}

/** webob/util.py `html_escape`: Python's `html.escape`, and what is beyond ASCII by its number. */
function escapeHtml(piece: string): string {
  return piece
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#x27;')
    .replace(/[^\0-\x7f]/gu, (character) => `&#${character.codePointAt(0)};`)
}

function asIs(piece: string): string {
  return piece
}

function htmlPage(status: string, body: string): string {
  return `<html>\n <head>\n  <title>${status}</title>\n </head>\n <body>\n  <h1>${status}</h1>\n  ${body}\n </body>\n</html>`
}

const SPACE = '[ \\t]*'
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const QUOTED = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"'
const VALUE = `(?:${TOKEN}|${QUOTED})`
const PARAMETER = `${SPACE};${SPACE}(?![qQ]=)${TOKEN}=${VALUE}`
const WEIGHT = `${SPACE};${SPACE}[qQ]=(0(?:\\.\\d{0,3})?|1(?:\\.0{0,3})?)(?:${SPACE};${SPACE}${TOKEN}(?:=${VALUE})?)*`
const RANGE = `(${TOKEN}/${TOKEN})((?:${PARAMETER})*)(?:${WEIGHT})?`
const RANGES = new RegExp(RANGE, 'g')
const ACCEPT = new RegExp(`^(?:|(?:,|${RANGE})(?:${SPACE},(?:${SPACE}${RANGE})?)*)$`)

/**
 * The offer that an Accept header likes best, the first of several; a header that makes no sense takes the first offer.
 *
 * @see webob/acceptparse.py `AcceptValidHeader.acceptable_offers`
 */
function bestOffer(accept: string, offers: string[]): string | undefined {
  if (!ACCEPT.test(accept)) return offers[0]
  const ranges = [...accept.matchAll(RANGES)].map(([, range = '', parameters, quality = '1']) => {
    return { range: range.toLowerCase(), parameters: parameters !== '', quality: Number(quality) }
  })
  let best: { offer: string; quality: number } | undefined
  for (const offer of offers) {
    const masks = ['*/*', `${offer.split('/')[0]}/*`, offer]
    const matching = ranges
      .filter(({ range, parameters }) => masks.includes(range) && !(parameters && range === offer))
      .sort((one, other) => masks.indexOf(other.range) - masks.indexOf(one.range))
    const quality = matching[0]?.quality ?? 0
    if (quality > (best?.quality ?? 0)) best = { offer, quality }
  }
  return best?.offer
}
