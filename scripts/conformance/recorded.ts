/** The requests of fixtures/recordings as questions for a cloud of today. */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { bodyText, bodyValue } from '../../src/recordings/body.ts'
import { loadRecording } from '../../src/recordings/load.ts'
import { fillNames, kindOf } from '../../src/recordings/names.ts'
import { dictsAt, textAt } from '../../src/recordings/value.ts'
import type { Place } from './generators/services.ts'
import type { Case } from './live.ts'

const FOLDER = 'fixtures/recordings'
/** Of the connection, of the client, or of another's token. */
const NOT_SENT = /^(?:x-auth-token|x-subject-token|user-agent|accept-language|sec-fetch-mode|content-length|host)$/

/** The host that was recorded is one of this cloud's, the last; nothing is deleted that is there. */
export async function recordedQuestions(services: Place[]): Promise<Case[]> {
  const host = services.findLast(({ binary }) => binary === 'nova-compute')?.host ?? 'host1'
  const files = (readdirSync(FOLDER, { recursive: true }) as string[]).filter((file) => file.endsWith('.jsonl'))
  const recordings = await Promise.all(files.sort().map((file) => loadRecording(join(FOLDER, file))))
  return recordings.flatMap(({ file, exchanges, values }) => {
    const services = exchanges.flatMap(({ answer }) => dictsAt(bodyValue(answer.body), 'services'))
    const service = exchanges.map(({ answer }) => bodyValue(answer.body))
    const names = new Map<string, string>()
    for (const each of [...services, ...service.flatMap((body) => dictsAt(body, 'service'))]) {
      names.set(textAt(each, 'id') ?? '', `{uuid ${textAt(each, 'binary')}@${textAt(each, 'host')}}`)
    }
    const fill = (text: string) =>
      fillNames(text, (name) => {
        if (kindOf(name) === 'secret') return 'secret'
        return names.get(`<${name}>`) ?? values.get(name) ?? name
      }).replaceAll('host7', host)
    return exchanges
      .filter(({ to, request }) => ['compute', 'identity'].includes(to) && !/^\/v2\.1\/servers/.test(request.path))
      .filter(({ request, answer }) => !(request.method === 'DELETE' && answer.status === 204))
      .map(({ to, request, line }): Case => {
        const root = to === 'compute' && !request.path.startsWith('/v2.1/')
        const headers = Object.entries(request.headers).filter(([name]) => !NOT_SENT.test(name))
        return {
          name: `${file}:${line}`,
          [request.method]: fill(request.path.replace(/^\/v2\.1(?=\/.)|^\/v3/, '')),
          ...(to === 'identity' && { at: 'identity' as const }),
          ...(root && { root }),
          ...(request.headers['x-auth-token'] === undefined && { as: 'nobody' }),
          headers: Object.fromEntries(headers.map(([name, value]) => [name, [value].flat().join(', ')])),
          ...(request.body && { raw: fill(bodyText(request.body)) }),
        }
      })
  })
}
