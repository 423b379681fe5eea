/** The control routes as OpenAPI 3.1, made from what checks their requests. https://spec.openapis.org/oas/v3.1.1.html */

import * as z from 'zod'
import { ITEMS } from '../faults/rule-schema.ts'
import { ANSWERS } from './answers.ts'
import { type Described, QUERIES, REQUESTS, ROUTES } from './described.ts'
import { MAX_BODY_BYTES } from './request.ts'

/** JSON, as far as it is written here. */
type Json = Record<string, unknown>

/** What a problem of each status is about. */
const PROBLEMS: Record<number, string> = {
  400: 'What was sent is not as it has to be; nothing has changed',
  401: 'The control token is missing, or it is another',
  404: 'There is no such thing',
  409: 'It cannot be, as things are; nothing has changed',
  413: `The body is larger than ${MAX_BODY_BYTES} bytes`,
}

/** What an answer of each status is. */
const MEANINGS: Record<number, string> = { 200: 'Done', 201: 'Made', 204: 'Done', 417: 'It is not as expected' }

/** @param url where the routes are: the address of a world, and `/_novasim` */
export function openApi(version: string, url: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'novasim control',
      version,
      description: 'How tests and people steer a world of novasim. A body may be YAML when its Content-Type says so.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url }],
    security: [{}, { token: [] }],
    paths: paths(),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Where novasim was started with --control-token' },
      },
      responses: Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, description]) => [`Problem${status}`, answer(description, 'Problem')]),
      ),
      schemas: { ...schemas(ANSWERS, 'output'), ...schemas(REQUESTS, 'input') },
    },
  }
}

function paths(): Json {
  const found: Record<string, Json> = {}
  for (const [route, described] of Object.entries(ROUTES)) {
    const [method = '', path = ''] = route.split(' ')
    const written = path.replace(/:(\w+)/g, '{$1}')
    found[written] = { ...found[written], [method.toLowerCase()]: operation(path, described) }
  }
  return found
}

function operation(path: string, { id, does, query, body, answers, key, refuses = [] }: Described): Json {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name)
  const problems = new Set(refuses)
  if (path !== '/health') problems.add(401)
  if (names.length > 0) problems.add(404)
  if (body !== undefined) problems.add(400).add(413)
  if (query !== undefined) problems.add(400)
  const parameters = [
    ...names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...(query === undefined ? [] : queryOf(query)),
  ]
  return {
    operationId: id,
    description: does,
    tags: [path.split('/')[1] ?? ''],
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: { required: !REQUESTS[body].safeParse({}).success, content: bodyOf(path, body) },
    }),
    ...(path === '/health' && { security: [] }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, name]) => [
          status,
          { ...answer(MEANINGS[Number(status)] ?? 'Done', name), ...(key && { links: linksFrom(path, key) }) },
        ]),
      ),
      ...Object.fromEntries(
        [...problems].sort().map((status) => [status, { $ref: `#/components/responses/Problem${status}` }]),
      ),
    },
  }
}

function answer(description: string, name: string | null): Json {
  if (name === null) return { description }
  if (name.includes('/')) return { description, content: { [name]: { schema: { type: 'string' } } } }
  return { description, content: { 'application/json': { schema: ref(name) } } }
}

/** How what is made leads to the routes that are about it. */
function linksFrom(path: string, key: string): Json {
  const below = Object.entries(ROUTES).filter(([route]) => route.includes(` ${path}/:`))
  return Object.fromEntries(
    below.map(([route, { id }]) => {
      const [, name = ''] = /:(\w+)/.exec(route) ?? []
      return [id, { operationId: id, parameters: { [name]: `$response.body#/${key}` } }]
    }),
  )
}

function bodyOf(path: string, name: string): Json {
  const content = { 'application/json': { schema: ref(name) }, 'application/yaml': { schema: ref(name) } }
  // The file itself, as it was recorded.
  return path === '/recordings' ? { ...content, 'application/x-ndjson': { schema: { type: 'string' } } } : content
}

/** A word more than once means any of them, but of those that choose what is shown of the entries. */
function queryOf(name: keyof typeof QUERIES): Json[] {
  const { properties = {} } = toJson(QUERIES[name])
  return Object.entries(properties as Record<string, Json>).map(([word, { type, ...schema }]) => ({
    name: word,
    in: 'query',
    schema: typeof type === 'string' ? { type, ...schema } : { type: 'array', items: { type: 'string' } },
  }))
}

function ref(name: string): Json {
  return { $ref: `#/components/schemas/${name}` }
}

/** Each by its name, with references to those of them that are in it. */
function schemas(named: Record<string, z.ZodType>, io: 'input' | 'output'): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const uri = (id: string) => `#/components/schemas/${id}`
  const made = z.toJSONSchema(registry, { uri, io, ...HOW }).schemas
  return Object.fromEntries(Object.entries(made).map(([name, { $schema, $id, ...schema }]) => [name, schema]))
}

function toJson(schema: z.ZodType): Json {
  const { $schema, ...made } = z.toJSONSchema(schema, { io: 'input', ...HOW })
  return made
}

/** What zod cannot know of what people may write. */
const HOW: z.core.ToJSONSchemaParams = {
  unrepresentable: 'any',
  override({ zodSchema, jsonSchema }) {
    const item = ITEMS.get(zodSchema)
    if (item) {
      const one = toJson(item)
      Object.assign(jsonSchema, { anyOf: [one, { type: 'array', items: one, minItems: 1 }] })
    }
    // Whatever is made into something else first may be written otherwise, too, but for a mapping: that is taken as it is.
    const made = zodSchema._zod.def
    if (made.type === 'pipe' && (made as z.core.$ZodPipeDef).in._zod.def.type === 'transform') {
      const { ...long } = jsonSchema
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
      Object.assign(jsonSchema, { anyOf: [{ type: SHORT }, long] })
    }
  },
}

const SHORT = ['string', 'number', 'boolean', 'array', 'null']
