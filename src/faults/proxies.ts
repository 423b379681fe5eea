/** How HAProxy and Apache word what they say themselves. fixtures/faults/proxies.jsonl has what the real ones said. */

import type { ProxyName } from './rule.ts'

export interface Page {
  /** What stands behind the status. */
  reason: string
  headers: Record<string, string>
  body: string
}

type Status = 413 | 429 | 502 | 503 | 504

/** @param at the host and the port that the client asked */
export function proxyPage(proxy: ProxyName, status: Status, at: URL): Page {
  return proxy === 'haproxy' ? haproxyPage(status) : apachePage(status, at)
}

/** haproxy/src/http.c `http_err_msgs` */
const HAPROXY: Record<Status, { reason: string; text: string }> = {
  413: { reason: 'Payload Too Large', text: 'The request entity exceeds the maximum allowed.' },
  429: { reason: 'Too Many Requests', text: 'You have sent too many requests in a given amount of time.' },
  502: { reason: 'Bad Gateway', text: 'The server returned an invalid or incomplete response.' },
  503: { reason: 'Service Unavailable', text: 'No server is available to handle this request.' },
  504: { reason: 'Gateway Time-out', text: "The server didn't respond in time." },
}

function haproxyPage(status: Status): Page {
  const { reason, text } = HAPROXY[status]
  return {
    reason,
    headers: { 'Cache-Control': 'no-cache', 'Content-Type': 'text/html' },
    body: `<html><body><h1>${status} ${reason}</h1>\n${text}\n</body></html>\n`,
  }
}

/** httpd/modules/http/http_protocol.c `get_canned_error_string`; for 502 modules/proxy/proxy_util.c `ap_proxyerror` */
const APACHE: Record<Status, { reason: string; text: string }> = {
  413: {
    reason: 'Request Entity Too Large',
    text:
      'The requested resource does not allow request data with GET requests, or the amount of data provided in\n' +
      'the request exceeds the capacity limit.',
  },
  429: { reason: 'Too Many Requests', text: '<p>The user has sent too many requests\nin a given amount of time.</p>' },
  502: {
    reason: 'Proxy Error',
    text:
      '<p>The proxy server received an invalid\r\nresponse from an upstream server.<br />\r\n' +
      'The proxy server could not handle the request<p>Reason: <strong>Error reading from remote server</strong></p></p>',
  },
  503: {
    reason: 'Service Unavailable',
    text:
      '<p>The server is temporarily unable to service your\nrequest due to maintenance downtime or capacity\n' +
      'problems. Please try again later.</p>',
  },
  504: {
    reason: 'Gateway Timeout',
    text: '<p>The gateway did not receive a timely response\nfrom the upstream server or application.</p>',
  },
}

const SERVER = 'Apache/2.4.71 (Debian)'

function apachePage(status: Status, { hostname, port }: URL): Page {
  const { reason, text } = APACHE[status]
  return {
    reason,
    headers: { Server: SERVER, 'Content-Type': 'text/html; charset=iso-8859-1' },
    body:
      '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">\n' +
      `<html><head>\n<title>${status} ${reason}</title>\n</head><body>\n<h1>${reason}</h1>\n${text}\n<hr>\n` +
      `<address>${SERVER} Server at ${hostname} Port ${port || '80'}</address>\n</body></html>\n`,
  }
}
