import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'

test('requests are counted by operation and status, faults by name, journals by world', async () => {
  await using nova = await boot({ journal: { entries: 3 } })
  await nova.control('POST', '/worlds', { name: 'ci-7' })
  for (let time = 0; time < 4; time++) await nova.nova('/os-services')
  await nova.control('POST', '/faults', { name: 'busy', match: { method: 'DELETE' }, do: 'conflict' })
  await nova.nova('/os-services/3', { method: 'DELETE' })
  await nova.nova('/nowhere')
  await nova.ask('/w/ci-7/v2.1/os-services')
  const { status, headers, text } = await nova.control('GET', '/metrics')
  expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  const lines = text.split('\n')
  expect(lines).toContain('novasim_worlds 2')
  // Three of them are gone from the journal, and counted all the same.
  expect(lines).toContain('novasim_requests_total{world="default",operation="os-services:list",status="200"} 4')
  expect(lines).toContain('novasim_requests_total{world="default",operation="os-services:delete",status="409"} 1')
  expect(lines).toContain('novasim_requests_total{world="default",operation="GET elsewhere",status="404"} 1')
  expect(lines).toContain('novasim_requests_total{world="ci-7",operation="os-services:list",status="200"} 1')
  expect(lines).toContain('novasim_faults_fired_total{world="default",fault="busy"} 1')
  expect(lines).toContain('novasim_journal_entries{world="default"} 3')
  expect(text).toMatch(/^novasim_journal_bytes\{world="ci-7"\} [1-9]/m)
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds [\d.e-]+$/m)
})

test('what has been counted is not counted again, and a journal that is cleared begins at 0', async () => {
  await using nova = await boot()
  const count = async () => /^novasim_requests_total.* (\d+)$/m.exec((await nova.control('GET', '/metrics')).text)?.[1]
  await nova.nova('/os-services')
  expect([await count(), await count()]).toEqual(['1', '1'])
  await nova.control('DELETE', '/journal')
  expect(await count()).toBeUndefined()
})

test('docs/metrics.md has every metric, and none that there is not', async () => {
  await using nova = await boot()
  const { text } = await nova.control('GET', '/metrics')
  const kinds = [...text.matchAll(/^# TYPE (novasim_\S+) /gm)].map(([, name]) => name)
  const documented = [...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(novasim_\w+)` \|/gm)].map(
    ([, name]) => name,
  )
  expect(documented.sort()).toEqual(kinds.sort())
})
