/**
 * Who may steer, beside the token: no web page of another origin, and none that has given itself a name of ours.
 *
 * A page that somebody opens can send requests to this machine. What it sends says its origin; what it asks for as its own, after
 * its name was made to point here (DNS rebinding), says that name as the host. So browsers may steer by an address or as
 * `localhost`, and only from a page that came from there.
 */

import { isIP } from 'node:net'

/** Why a request may not steer, and what to do instead; undefined when it may. @param local whether only this machine can reach the port */
export function refusalToSteer(headers: Headers, local: boolean): { message: string; hint: string } | undefined {
  const host = headers.get('host') ?? ''
  const origin = headers.get('origin')
  const site = headers.get('sec-fetch-site')
  if ((origin !== null && hostOf(origin) !== host.toLowerCase()) || site === 'cross-site' || site === 'same-site') {
    return {
      message: `a web page at ${origin ?? 'another site'} may not steer this cloud`,
      hint: 'send no Origin header, or open the page from this very address',
    }
  }
  const named = !isOwnName(host)
  if (named && (local || isBrowser(headers))) {
    return {
      message: `control is not reached by the name "${host}"`,
      hint: local ? 'use 127.0.0.1 or localhost' : 'a browser may use the address, or localhost',
    }
  }
  return undefined
}

/** Whether a host is one that no other name can stand for: an address, `localhost`, or a name without a dot. */
function isOwnName(host: string): boolean {
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[|\]$/g, '')
    .toLowerCase()
  return isIP(name) !== 0 || name === 'localhost' || name.endsWith('.localhost') || !name.includes('.')
}

function isBrowser(headers: Headers): boolean {
  return headers.has('origin') || headers.has('sec-fetch-site') || /^Mozilla\//.test(headers.get('user-agent') ?? '')
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : ''
}
