/** The password that a server is made with. nova/utils.py `generate_password` */

import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'

const IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'

test('a password that nobody has named is twelve of the characters that Nova has for it, some of each kind', async () => {
  await using world = await boot({ world: { services: [{ binary: 'nova-compute', host: 'host1' }] } })
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
    const server = { name, flavorRef: '1', imageRef: IMAGE, networks: 'none' }
    const { json } = await world.nova('/servers', { method: 'POST', version: '2.100', body: { server } })
    expect(json.server.adminPass).toMatch(/^(?=.*[2-9])(?=.*[A-HJ-NP-Z])(?=.*[a-km-z])[2-9A-HJ-NP-Za-km-z]{12}$/)
  }
})
