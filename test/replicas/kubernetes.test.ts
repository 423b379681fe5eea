import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { bootListening } from '../support/boot.ts'

interface Probe {
  httpGet: { path: string; port: string }
}
interface Resource {
  kind: string
  metadata: { name: string }
  spec: {
    selector: Record<string, string> & { matchLabels?: Record<string, string> }
    ports?: { targetPort: string }[]
    template?: {
      metadata: { labels: Record<string, string> }
      spec: {
        containers: {
          ports: { name: string; containerPort: number }[]
          env?: { name: string }[]
          readinessProbe: Probe
          livenessProbe?: Probe
        }[]
      }
    }
  }
}

const documents = parseAllDocuments(readFileSync('examples/replicas/kubernetes.yaml', 'utf8'))
const resources = documents.map((document) => document.toJS() as Resource)
const pods = resources.flatMap(({ spec: { template } }) => (template ? [template] : []))

test('every selector finds the pods that it is for, and every port is one that they have', () => {
  expect(documents.flatMap(({ errors }) => errors)).toEqual([])
  expect(resources.map(({ kind }) => kind)).toEqual(['Service', 'StatefulSet', 'Service', 'Deployment'])
  for (const { metadata, spec } of resources) {
    const pod = pods.find(({ metadata: { labels } }) => labels.app === metadata.name)
    expect(spec.selector.matchLabels ?? spec.selector).toEqual(pod?.metadata.labels)
    const names = pod?.spec.containers[0]?.ports.map(({ name }) => name)
    for (const { targetPort } of spec.ports ?? []) expect(names).toContain(targetPort)
  }
})

test('the port is that of the image, and the variables are those of the command', () => {
  const exposed = /^EXPOSE (\d+)$/m.exec(readFileSync('Dockerfile', 'utf8'))?.[1]
  const readme = readFileSync('README.md', 'utf8')
  for (const { spec } of pods) {
    expect(spec.containers[0]?.ports).toEqual([{ name: 'http', containerPort: Number(exposed) }])
    for (const { name } of spec.containers[0]?.env ?? []) expect(readme).toContain(`\`${name}\``)
  }
})

test('what is probed answers with 200 once the default world can be used', async () => {
  await using nova = await bootListening()
  const probes = pods.flatMap(({ spec: { containers } }) =>
    containers.flatMap(({ readinessProbe, livenessProbe }) => [
      readinessProbe,
      ...(livenessProbe ? [livenessProbe] : []),
    ]),
  )
  expect(probes.length).toBeGreaterThanOrEqual(3)
  for (const { httpGet } of probes) {
    // Kubernetes asks a pod by its address.
    expect((await nova.ask(httpGet.path, { token: null, headers: { host: '10.1.2.3:8774' } })).status).toBe(200)
  }
})
