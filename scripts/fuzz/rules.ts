/** Fault rules: each list is set, and requests end in some way under it; or it is refused in words. */

import { stringify } from 'yaml'
import { createEmulator } from '../../src/emulator.ts'
import { READY_MADE } from '../../src/faults/catalogue.ts'
import { readRules } from '../../src/faults/read.ts'
import { knownAt } from '../../src/worlds/known.ts'
import { createCorpus } from './corpus.ts'
import { ended } from './ending.ts'
import { type Part, within } from './part.ts'
import { readOrRefused } from './refused.ts'
import { examplesIn, YAML } from './seeds.ts'

const WITHIN_MS = 2000

const DOINGS: unknown[] = [
  ...Object.keys(READY_MADE),
  { status: 409, message: '{method} {path} {id} {host} {binary} {version} {policy}', headers: { 'Retry-After': '7' } },
  { status: 200, body: { services: [] }, headers: { 'X-Made-Up': 'yes' } },
  { status: 503, message: 'Later.', form: 'page', after: true },
  { status: 204 },
  { delay: '2s' },
  { delay: { from: '1s', to: '3s' }, status: 500, body: '<html>' },
  { delay: { median: '200ms', p99: '5s' } },
  { drop: 'before' },
  { drop: 'after' },
  { reset: 'body' },
  { reset: 'after' },
  { truncate: true },
  { truncate: { bytes: 10, announce: 'cut' } },
  { garble: 8 },
  { stale: '30s' },
  { throttle: { requests: 1, per: '1s', burst: 1, status: 429, as: 'haproxy' } },
  { flap: { up: 1, down: 2, with: { gateway: 502 } } },
  { flap: { up: '30s', down: '1s' } },
  { 'expire-token': true },
  { gateway: { status: 504, as: 'apache' }, after: true },
  { trickle: '100ms' },
  { trickle: { bytes: 7, every: '1ms' } },
  { 'content-length': -10 },
  { duplicate: 'first' },
]

const MATCHES = [
  { method: ['PUT', 'GET'], path: '/os-services/*', host: 'host1', binary: 'nova-compute' },
  { operation: 'os-services:*', version: '2.1-2.52', user: 'admin', nth: '1-' },
  { path: '/v2.1/**', query: { host: 'host1' }, header: { 'x-auth-token': 'admin' }, nth: [1, 2] },
  { face: 'nova', body: { host: 'host1' }, query: { limit: null } },
  {},
]

/** What is asked under the rules. */
const ASKED: [string, string, string | null][] = [
  ['GET', '/v2.1/os-services?host=host1', null],
  ['PUT', '/v2.1/os-services/disable', '{"host": "host1", "binary": "nova-compute"}'],
  ['POST', '/identity/v3/auth/tokens', '{"auth": {"identity": {"methods": []}}}'],
]

export function rules(): Part<string> {
  const lists = DOINGS.map((doing, index) => {
    const rule = {
      name: `r${index}`,
      match: MATCHES[index % MATCHES.length],
      do: doing,
      times: 3,
      skip: index % 2,
      probability: 0.9,
      for: '1h',
    }
    return stringify([rule])
  })
  const corpus = createCorpus(
    [...lists, stringify(DOINGS.map((doing) => ({ do: doing }))), ...examplesIn('docs/faults.md', 'yaml')],
    YAML,
  )
  return {
    cases: corpus.texts,
    keep: corpus.keep,
    shown: (text) => text,
    run: (text) =>
      within(WITHIN_MS, async () => {
        const { value, refused } = await readOrRefused(() => readRules(text, 'rules.yaml', knownAt()))
        if (refused !== undefined) return refused
        await using emulator = createEmulator({ clock: 'manual' })
        const world = await emulator.ready
        world.faults.add(value.rules)
        const ends: string[] = []
        for (const [method, path, body] of ASKED) {
          const headers = { 'X-Auth-Token': 'admin', ...(body !== null && { 'Content-Type': 'application/json' }) }
          const request = new Request(`http://fuzz${path}`, { method, headers, body })
          ends.push((await ended(world, emulator.fetch(request), { mayBeLost: true })).how)
        }
        return ends.join(', ')
      }),
  }
}
