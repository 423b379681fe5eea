/** /resource_classes. placement/handlers/resource_class.py, placement/schemas/resource_class.py */

import { CloudError } from '../cloud/errors.ts'
import {
  createResourceClass,
  deleteResourceClass,
  renameResourceClass,
  resourceClassId,
  STANDARD_RESOURCE_CLASSES,
} from '../cloud/resource-classes.ts'
import { bestMatch } from '../python/best-match.ts'
import { loads } from '../python/json.ts'
import { describe, type Schema } from '../python/jsonschema.ts'
import { isDict, PyError, type PyValue } from '../python/values.ts'
import { badRequest, conflict, notFound, wordsOf } from './errors.ts'
import { installedAt } from './installed.ts'
import { type Answer, allow, type Call, checkAccept, extractJson, requireContent, since } from './resource.ts'

const NAMED: Schema = {
  type: 'object',
  properties: { name: { type: 'string', pattern: '^CUSTOM_[A-Z0-9_]+$', maxLength: 255 } },
  required: ['name'],
  additionalProperties: false,
}

export function listClasses(call: Call): Answer {
  since(call, 2)
  checkAccept(call)
  allow(call, 'resource_classes:list')
  const made = call.cloud.state.resourceClasses
  const names = [...STANDARD_RESOURCE_CLASSES, ...made.keys()]
  const modified = Math.max(installedAt(call.cloud), ...[...made.values()].map((each) => each.createdAt))
  return { body: { resource_classes: names.map(view) }, modified }
}

export function getClass(call: Call): Answer {
  since(call, 2)
  checkAccept(call)
  allow(call, 'resource_classes:show')
  const name = existing(call)
  return {
    body: view(name),
    modified: call.cloud.state.resourceClasses.get(name)?.createdAt ?? installedAt(call.cloud),
  }
}

export function createClass(call: Call): Answer {
  since(call, 2)
  requireContent(call)
  allow(call, 'resource_classes:create')
  const name = nameIn(extractJson(call, NAMED))
  if (!createResourceClass(call.cloud, name)) throw conflict(`Conflicting resource class already exists: ${name}`)
  return { status: 201, headers: { Location: urlOf(name) } }
}

/** Up to 1.6 it gives a class another name; from 1.7 on it makes one, or says that there is one. */
export function updateClass(call: Call): Answer {
  since(call, 2)
  if (call.version >= 7) return ensureClass(call)
  requireContent(call)
  allow(call, 'resource_classes:update')
  const name = nameIn(extractJson(call, NAMED))
  const old = existing(call)
  const known = call.cloud.state.resourceClasses.get(old)
  if (!known) throw badRequest(`Cannot update standard resource class ${old}`)
  if (name !== old) {
    try {
      renameResourceClass(call.cloud, known, name)
    } catch (error) {
      if (error instanceof CloudError && error.refusal.code === 'ResourceClassExists') {
        throw conflict(`Resource class already exists: ${name}`)
      }
      throw error
    }
  }
  return { body: view(name) }
}

function ensureClass(call: Call): Answer {
  allow(call, 'resource_classes:update')
  const name = call.params.name ?? ''
  const body = readName(name)
  const error = bestMatch(body, NAMED)
  if (error) throw badRequest(`JSON does not validate: ${describe(error)}`)
  const status = createResourceClass(call.cloud, name) ? 201 : 204
  return { status, headers: { Location: urlOf(name) } }
}

/** The name in the path is put into a text of JSON, and read from it. */
function readName(name: string): PyValue {
  try {
    return loads(`{"name": "${name}"}`)
  } catch (error) {
    if (error instanceof PyError) throw badRequest(`Malformed JSON: ${error.message}`)
    throw error
  }
}

export function deleteClass(call: Call): Answer {
  since(call, 2)
  allow(call, 'resource_classes:delete')
  const name = existing(call)
  const known = call.cloud.state.resourceClasses.get(name)
  if (!known) throw badRequest(`Error in delete resource class: Cannot delete standard resource class ${name}.`)
  try {
    deleteResourceClass(call.cloud, known)
  } catch (error) {
    if (error instanceof CloudError && error.refusal.code === 'ResourceClassInUse') {
      throw conflict(`Error in delete resource class: ${wordsOf(error.refusal)}`)
    }
    throw error
  }
  return { status: 204 }
}

/** The class that the path names. @throws {PlacementError} 404 */
function existing({ cloud, params }: Call): string {
  const { name = '' } = params
  if (resourceClassId(cloud, name) === undefined) throw notFound(`No such resource class ${name}.`)
  return name
}

function view(name: string) {
  return { name, links: [{ rel: 'self', href: urlOf(name) }] }
}

function urlOf(name: string): string {
  return `/resource_classes/${name}`
}

function nameIn(data: PyValue): string {
  return isDict(data) ? String(data.get('name')) : ''
}
