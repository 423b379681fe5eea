/** How to log in to a world: the `OS_*` variables that OpenStack's clients read. */

import type { Cloud } from '../cloud/cloud.ts'
import { DOMAIN, REGION, type User } from '../cloud/identity.ts'

/**
 * The variables for the first user who is an admin of a project, or else the first user there is.
 *
 * @param url the world's address, without a slash at the end
 */
export function loginOf(cloud: Cloud, url: string): Record<string, string> {
  const { users, projects, grants } = cloud.state.identity
  const all = [...users.values()]
  const projectOf = ({ id }: User, role?: string) => {
    const on = grants.find((each) => each.userId === id && 'projectId' in each.on && (!role || each.role === role))?.on
    return on && 'projectId' in on ? projects.get(on.projectId)?.name : undefined
  }
  const user = all.find((each) => projectOf(each, 'admin')) ?? all[0]
  const project = user && (projectOf(user, 'admin') ?? projectOf(user))
  return {
    OS_AUTH_URL: `${url}/identity/v3`,
    ...(user && { OS_USERNAME: user.name, OS_PASSWORD: user.password }),
    ...(project !== undefined && { OS_PROJECT_NAME: project }),
    OS_USER_DOMAIN_NAME: DOMAIN.name,
    OS_PROJECT_DOMAIN_NAME: DOMAIN.name,
    OS_REGION_NAME: REGION,
    OS_IDENTITY_API_VERSION: '3',
  }
}
