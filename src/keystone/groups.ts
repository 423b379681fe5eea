/** Groups, of which there are none: lists that are empty, once a query is one that the database can be asked. keystone/api/groups.py */

import { DOMAIN } from '../cloud/identity.ts'
import { collection } from './collections.ts'
import { notFound, UncaughtError, unauthorized } from './errors.ts'
import { enforce } from './policy.ts'
import type { Answer, Call, Method } from './resource.ts'
import { getUser, userTarget } from './users.ts'
import { DOMAIN_ID, NAME, validateQuery } from './validate.ts'

const QUERY = { type: 'object', properties: { domain_id: DOMAIN_ID, name: NAME } } as const

/** How long the name of a group may be. keystone/identity/backends/sql_model.py `Group` */
const LONGEST_NAME = 64

/** GET /v3/groups */
export function listGroups(call: Call): Answer {
  validateQuery(call, QUERY)
  enforce(call, 'list_groups', { domainId: DOMAIN.id })
  return noGroups(call, nameFilters(call).filter(isForDatabase))
}

/** GET /v3/users/{user_id}/groups. What the database does not filter by, Keystone trips over. */
export function listGroupsOfUser(call: Call): Answer {
  const { user_id: id = '' } = call.params
  enforce(call, 'list_groups_for_user', { ...userTarget(call.cloud, id), userId: id })
  getUser(call.cloud, id)
  const filters = nameFilters(call)
  if (!filters.every(isForDatabase)) throw new UncaughtError('AttributeError')
  return noGroups(call, filters)
}

/** DELETE /v3/groups/{group_id}, which looks for it before it asks the policy. */
export const deleteGroup: Method = ({ token, params }) => {
  if (!token) throw unauthorized()
  throw notFound('group', params.group_id ?? '')
}

type Filter = [comparator: string, value: string]

/** A value that is longer than the column matches nothing, and the list that is not there is gone through. `_WontMatch` */
function noGroups(call: Call, filters: Filter[]): Answer {
  if (filters.some(([, value]) => value.length > LONGEST_NAME)) throw new UncaughtError('TypeError')
  return collection(call, { name: 'groups', paging: 'cut' }, [])
}

function nameFilters({ query }: Call): Filter[] {
  return [...query].flatMap(([key, values]) => {
    const comparator = /^name(?:__(.*))?$/s.exec(key)
    return comparator ? values.map((value): Filter => [comparator[1] ?? 'equals', value]) : []
  })
}

function isForDatabase([comparator]: Filter): boolean {
  return comparator === 'equals' || comparator.startsWith('i')
}
