/** Whether control answers as the document that it hands out says. */

import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { openApi } from '../../src/control/openapi.ts'

interface Operation {
  operationId: string
  responses: Record<string, { $ref?: string; content?: Record<string, unknown> }>
}

const DOCUMENT = openApi('test', 'http://novasim.test/_novasim') as { paths: Record<string, Record<string, Operation>> }

const ajv = new Ajv2020({ strict: false, allErrors: true })
formats.default(ajv)
ajv.addSchema(DOCUMENT, 'document')

const paths = Object.entries(DOCUMENT.paths).map(([path, methods]) => ({
  path,
  methods,
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}))

/** The names of the operations that answered with a success since this was loaded. */
export const succeeded = new Set<string>()

/**
 * Hold an answer to the document. What is asked of no route there is, is refused as everywhere.
 *
 * @throws {Error} its status or its body is none that the document has for the route
 */
export function expectDescribed(method: string, target: string, status: number, body: unknown): void {
  const asked = target.replace(/\?.*$/, '').replace(/(?<=.)\/+$/, '')
  // What stands there word for word comes before what has a name in it.
  const all = paths.filter(({ pattern, methods }) => pattern.test(asked) && method.toLowerCase() in methods)
  const found = all.find(({ path }) => path === asked) ?? all[0]
  if (!found) return
  const { path, methods } = found
  const operation = methods[method.toLowerCase()]!
  if (!(status in operation.responses)) throw new Error(`${method} ${path} answered ${status}, which is not described`)
  if (status < 300) succeeded.add(operation.operationId)
  const { $ref, content } = operation.responses[status]!
  if ($ref === undefined && content?.['application/json'] === undefined) return
  const place = `#/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}`
  const schema = `${$ref ?? place}/content/application~1json/schema`
  const validate = ajv.getSchema(`document${schema}`) as ValidateFunction
  if (!validate(body)) {
    throw new Error(`${method} ${path} answered what is not described: ${ajv.errorsText(validate.errors)}`)
  }
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))
}
