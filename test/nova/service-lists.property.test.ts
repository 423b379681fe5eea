/** A long list that is kept from change to change is, byte for byte, what would be made anew. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClock } from '../../src/cloud/clock.ts'
import { createCloud } from '../../src/cloud/description.ts'
import { issueToken } from '../../src/cloud/identity.ts'
import { novaApp } from '../../src/nova/app.ts'

const HOSTS = 150

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      host: fc.nat(HOSTS - 1),
      change: fc.oneof(
        fc.constant({ status: 'enabled' }),
        fc.record({
          status: fc.constant('disabled'),
          disabled_reason: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
        }),
        fc.record({ forced_down: fc.boolean() }),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ ms: fc.integer({ min: 1, max: 70_000 }) }) },
  { weight: 1, arbitrary: fc.record({ deleted: fc.nat(HOSTS - 1) }) },
  { weight: 1, arbitrary: fc.record({ zone: fc.nat(HOSTS - 1) }) },
  { weight: 1, arbitrary: fc.constant('login' as const) },
  { weight: 4, arbitrary: fc.constant('list' as const) },
)

test('whatever happens to a cloud, its long lists are those of a Nova that has kept none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
      const clock = createClock({ mode: 'manual', start: Date.UTC(2026, 0, 1) })
      const services = Array.from({ length: HOSTS }, (_, number) => ({ binary: 'nova-compute', host: `host${number}` }))
      const cloud = createCloud({ services, aggregates: [{ name: 'z', availabilityZone: 'east' }] }, { seed: 1, clock })
      const nova = { cloud, requestId: () => 'req-1' }
      const [kept, paths] = [novaApp(nova), ['/v2.1/os-services', '/v2.1/os-services?binary=nova-compute']]
      const ask = async (app: typeof kept, method: string, path: string, body?: object) => {
        const text = body && JSON.stringify(body)
        const headers = {
          'X-Auth-Token': 'admin',
          'OpenStack-API-Version': 'compute 2.69',
          ...(text && { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(text)) }),
        }
        const [below = '', query = ''] = path.split('?')
        const request = new Request(`http://nova${path}`, { method, headers, body: text ?? null })
        const answer = await app(request, { path: below, query, base: '' })
        return Buffer.from(await answer.arrayBuffer())
      }
      const token = cloud.state.identity.tokens.get('admin')
      if (!token) throw new Error('the cloud has no token "admin"')
      const uuidOf = (host: number) =>
        [...cloud.state.services.values()].find((service) => service.host === `host${host}`)?.uuid
      for (const each of steps) {
        if (each === 'list') {
          for (const path of paths) {
            const mine = await ask(kept, 'GET', path)
            expect(mine.length).toBeGreaterThan(16 * 1024)
            expect(mine.equals(await ask(novaApp(nova), 'GET', path)), mine.toString()).toBe(true)
          }
        } else if (each === 'login') {
          // It changes the cloud, and shows in no list of services.
          issueToken(cloud, { ...token, id: `t${cloud.revision}` })
        } else if ('ms' in each) clock.advance(each.ms)
        else if ('zone' in each)
          await ask(kept, 'POST', '/v2.1/os-aggregates/1/action', { add_host: { host: `host${each.zone}` } })
        else if ('deleted' in each) {
          const uuid = uuidOf(each.deleted)
          if (uuid) await ask(kept, 'DELETE', `/v2.1/os-services/${uuid}`)
        } else {
          const uuid = uuidOf(each.host)
          if (uuid) await ask(kept, 'PUT', `/v2.1/os-services/${uuid}`, each.change)
        }
      }
    }),
    { numRuns: 60 },
  )
}, 60_000)
