/** What Nova asks Keystone. nova/api/openstack/identity.py */

import { isAdmin } from '../cloud/identity.ts'
import { NovaFault } from './errors.ts'
import type { Call } from './resource.ts'

/**
 * It asks with the user's token, and believes whoever may not ask.
 *
 * @throws {NovaFault} 400
 */
export function verifyProjectId({ cloud, token }: Call, projectId: string): void {
  if (isAdmin(cloud, token) && !cloud.state.identity.projects.has(projectId)) {
    throw new NovaFault(400, `Project ID ${projectId} is not a valid project.`)
  }
}
