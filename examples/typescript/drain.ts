/** A tool to test: it disables the nova-compute of a host, and gives up when Nova does not let it. */

export async function drain(computeUrl: string, host: string, fetch: typeof globalThis.fetch = globalThis.fetch) {
  const headers = {
    'X-Auth-Token': 'admin',
    'Content-Type': 'application/json',
    'OpenStack-API-Version': 'compute 2.53',
  }
  const found = await fetch(`${computeUrl}/os-services?host=${host}&binary=nova-compute`, { headers })
  const { services } = (await found.json()) as { services: { id: string }[] }
  const body = JSON.stringify({ status: 'disabled', disabled_reason: 'drained' })
  const answer = await fetch(`${computeUrl}/os-services/${services[0]?.id}`, { method: 'PUT', headers, body })
  if (!answer.ok) throw new Error(`cannot drain ${host}: ${answer.status}`)
}
