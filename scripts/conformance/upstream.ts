/** Where the real cloud is, by the OS_* variables or by --upstream. */

import { AskedCloud } from './cloud.ts'

/** Ends the process with code 2, and says why, when there is no cloud to ask. */
export async function reach(upstream: string | undefined): Promise<AskedCloud> {
  const { OS_AUTH_URL, OS_USERNAME = 'admin', OS_PASSWORD = 'secret', OS_PROJECT_NAME = 'admin' } = process.env
  const authUrl = upstream ?? OS_AUTH_URL
  if (!authUrl) {
    return stop(
      'there is no real cloud to ask: OS_AUTH_URL is not set. Source its openrc, or name its Keystone: --upstream http://…:5000/v3',
    )
  }
  if (!URL.canParse(authUrl))
    return stop(`"${authUrl}" is no address of a Keystone, such as http://cloud.example:5000/v3`)
  try {
    return await AskedCloud.enter({ authUrl, user: OS_USERNAME, password: OS_PASSWORD, project: OS_PROJECT_NAME })
  } catch (error) {
    const why = error instanceof Error ? error.message || String((error as { code?: string }).code) : String(error)
    return stop(
      `the real cloud at ${authUrl} cannot be asked: ${why}. Is it running, and are OS_USERNAME and OS_PASSWORD right?`,
    )
  }
}

function stop(why: string): never {
  process.stderr.write(`conformance: ${why}\n`)
  process.exit(2)
}
