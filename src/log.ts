/**
 * A log of requests on stderr: a line for each, and no secret in it. A path stands there as it came, encoded: Node's parser lets
 * no character through that would begin another line or steer a terminal.
 */

import type { Answered } from './options.ts'

/** As pino writes JSON, or for people to read. */
export type LogFormat = 'text' | 'json'

/** What writes a request to stderr. */
export async function requestLog(format: LogFormat): Promise<(answered: Answered) => void> {
  if (format === 'text') {
    return ({ method, path, status, took, requestId }) => {
      const time = new Date().toISOString().slice(11, 23)
      const line = `${time} ${status || 'no answer'} ${method} ${path} ${took.toFixed(1)}ms ${requestId ?? ''}`
      process.stderr.write(`${withoutSecrets(line)}\n`)
    }
  }
  const { destination, pino } = await import('pino')
  const logger = pino({ base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, destination(2))
  return ({ path, ...answered }) => logger.info({ ...answered, path: withoutSecrets(path) })
}

/** Secrets stand in headers and bodies, which are not logged; whoever puts one into a query has it hidden there. */
function withoutSecrets(path: string): string {
  return path.replace(/([?&][^=&\s]*(?:token|password|secret)[^=&\s]*=)[^&#\s]+/gi, '$1[secret]')
}
