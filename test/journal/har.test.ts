import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { expect, test } from 'vitest'
import { BOTH_WAYS } from '../support/boot.ts'

const require = createRequire(import.meta.url)
const ajv = new Ajv({ strict: false })
ajv.addMetaSchema(JSON.parse(readFileSync(require.resolve('ajv/dist/refs/json-schema-draft-06.json'), 'utf8')))
addFormats.default(ajv)
// Its pattern of a time wants escapes that a regular expression with the flag u does not allow.
const schemas = require('har-schema') as Record<string, { properties?: { startedDateTime?: object } }>
for (const schema of Object.values(schemas)) {
  const { startedDateTime } = schema.properties ?? {}
  if (startedDateTime && 'pattern' in startedDateTime) delete startedDateTime.pattern
  ajv.addSchema(schema)
}
const isHar = ajv.getSchema('har.json#')!

test.each(BOTH_WAYS)('%s: the journal is an HTTP archive that its schema knows', async (_, start) => {
  await using nova = await start()
  await nova.nova('/os-services?host=host1', { version: '2.53' })
  await nova.nova('/os-services/disable', { method: 'PUT', body: { host: 'host1', binary: 'nova-compute' } })
  await nova.nova('/os-services/99', { method: 'DELETE' })
  await nova.ask('/', { method: 'HEAD' })
  await nova.control('POST', '/clock/advance', { by: '1s' })
  const { json } = await nova.control('GET', '/journal?format=har')
  isHar(json)
  expect(isHar.errors).toBeNull()
  expect(json.log).toMatchObject({ version: '1.2', creator: { name: 'novasim' } })
  const [list, disable, remove, head] = json.log.entries
  expect(list.request).toMatchObject({ method: 'GET', queryString: [{ name: 'host', value: 'host1' }] })
  expect(new URL(list.request.url)).toMatchObject({ pathname: '/v2.1/os-services', search: '?host=host1' })
  expect(JSON.parse(list.response.content.text).services).toHaveLength(1)
  expect(disable.request.postData).toMatchObject({ mimeType: 'application/json' })
  const changed = [{ type: 'resource-provider.updated', name: 'host1' }, { host: 'host1' }]
  expect(disable).toMatchObject({ _operation: 'os-services:disable', _user: 'admin', _changed: changed })
  expect(remove.response.status).toBe(404)
  expect(head).toMatchObject({ request: { method: 'HEAD' }, response: { content: { size: 0 } } })
})

test.each(BOTH_WAYS)('%s: the addresses in it are those of its world', async (_, start) => {
  await using nova = await start()
  await nova.control('POST', '/worlds', { name: 'ci-7' })
  await nova.ask('/w/ci-7/v2.1/os-services')
  const { json } = await nova.ask('/w/ci-7/_novasim/journal?format=har')
  expect(new URL(json.log.entries[0].request.url).pathname).toBe('/w/ci-7/v2.1/os-services')
})
