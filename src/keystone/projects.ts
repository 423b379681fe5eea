/** Projects: list and show. The domain is one, too, of its own kind. keystone/api/projects.py */

import type { Cloud } from '../cloud/cloud.ts'
import { DOMAIN, findProject, type Project, sameText } from '../cloud/identity.ts'
import { byId, collection, found, member, type Ref } from './collections.ts'
import { badRequest, notFound } from './errors.ts'
import { enforce, type Target } from './policy.ts'
import { type Answer, type Call, isSet, view } from './resource.ts'
import { DOMAIN_ID, FLAG, SHORT_NAME, validateQuery } from './validate.ts'

const FILTERS = ['domain_id', 'enabled', 'name', 'parent_id', 'is_domain']
const QUERY = {
  type: 'object',
  properties: {
    domain_id: DOMAIN_ID,
    enabled: FLAG,
    name: SHORT_NAME,
    parent_id: { type: 'string', format: 'uuid' },
    is_domain: FLAG,
  },
} as const

/** GET /v3/projects */
export function listProjects(call: Call): Answer {
  validateQuery(call, QUERY)
  enforce(call, 'list_projects', { domainId: DOMAIN.id })
  const all = [...call.cloud.state.identity.projects.values()].map(projectRef)
  const refs = call.query.has('is_domain') ? [...all, DOMAIN_REF] : all
  // No project has a tag.
  const tagged = call.query.has('tags') || call.query.has('tags-any')
  return collection(
    call,
    { name: 'projects', filters: FILTERS, paging: 'filtered pages' },
    tagged ? [] : refs.sort(byId),
  )
}

/** GET /v3/projects/{project_id} */
export function showProject(call: Call): Answer {
  const { project_id: id = '' } = call.params
  enforce(call, 'get_project', projectTarget(call.cloud, id))
  const project = getProject(call.cloud, id)
  return member(call, 'project', 'projects', { ...project, ...family(call, project) })
}

/** GET /v3/projects/{project_id}/tags: there are none. */
export function listTags(call: Call): Answer {
  const { project_id: id = '' } = call.params
  enforce(call, 'list_project_tags', projectTarget(call.cloud, id))
  getProject(call.cloud, id)
  const { query } = call.environ
  return view({ links: { self: `${call.url}${query === '' ? '' : `?${query}`}` }, tags: [] })
}

/** GET /v3/projects/{project_id}/tags/{value} */
export function showTag(call: Call): Answer {
  const { project_id: id = '', value = '' } = call.params
  enforce(call, 'get_project_tag', projectTarget(call.cloud, id))
  getProject(call.cloud, id)
  throw notFound('project tag', value)
}

/** @throws {KeystoneError} 404 */
export function getProject(cloud: Cloud, id: string): Ref {
  return found(findProjectRef(cloud, id), () => notFound('project', id))
}

export function findProjectRef(cloud: Cloud, id: string): Ref | undefined {
  if (sameText(id, DOMAIN.id)) return DOMAIN_REF
  const project = findProject(cloud, id)
  return project && projectRef(project)
}

export function projectRef({ id, name, description }: Project): Ref {
  return {
    id,
    name,
    domain_id: DOMAIN.id,
    description,
    enabled: true,
    parent_id: DOMAIN.id,
    is_domain: false,
    tags: [],
    options: {},
  }
}

const DOMAIN_REF: Ref = {
  id: DOMAIN.id,
  name: DOMAIN.name,
  domain_id: null,
  description: DOMAIN.description,
  enabled: true,
  parent_id: null,
  is_domain: true,
  tags: [],
  options: {},
}

function projectTarget(cloud: Cloud, id: string): Target {
  const project = findProject(cloud, id)
  return project ? { projectId: project.id, domainId: DOMAIN.id } : {}
}

/** Parents and children, when asked for: the domain, and none. `_expand_project_ref` */
function family(call: Call, { is_domain: isDomain }: Ref): Partial<Ref> {
  const [parents, subtree] = ['parents', 'subtree'].map((kin) => {
    const asList = isSet(call, `${kin}_as_list`)
    const asIds = isSet(call, `${kin}_as_ids`)
    if (asList && asIds) {
      throw badRequest(`Cannot use ${kin}_as_list and ${kin}_as_ids query params at the same time.`)
    }
    return asList ? 'list' : asIds ? 'ids' : undefined
  })
  const shown: Partial<Ref> = {}
  if (parents) shown.parents = parents === 'list' ? [] : isDomain ? null : { [DOMAIN.id]: null }
  if (subtree) shown.subtree = subtree === 'list' ? [] : null
  return shown
}
