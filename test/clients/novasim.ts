/** novasim as its users have it: the command line program, in a process of its own. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** What every client needs, and so what it must have printed before a client is started. */
const NEEDED = ['OS_AUTH_URL', 'OS_USERNAME', 'OS_PASSWORD', 'OS_PROJECT_NAME', 'OS_USER_DOMAIN_', 'OS_PROJECT_DOMAIN_']

const STARTS_WITHIN_MS = 20_000
const ENDS_WITHIN_MS = 5_000

export interface Novasim extends AsyncDisposable {
  /** The `OS_*` variables that it printed. */
  env: Record<string, string>
  /** Its address; control is at `${url}/_novasim`. */
  url: string
}

/**
 * Start `novasim serve` on a free port, with more arguments if there are any.
 *
 * @throws {Error} it is not built, ended at once, or did not print how to log in; with what it said
 */
export async function startNovasim(args: string[] = []): Promise<Novasim> {
  if (!existsSync(CLI)) throw new Error(`Cannot start novasim: ${CLI} is not there. Build it first: npm run build`)
  const child = spawn(process.execPath, [CLI, 'serve', '--port', '0', '--log', 'off', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  const stop = async (): Promise<void> => {
    const timer = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS)
    child.kill('SIGTERM')
    await ended
    clearTimeout(timer)
  }
  try {
    const env = await new Promise<Record<string, string>>((resolve, reject) => {
      let [stdout, stderr] = ['', '']
      const fail = (what: string): void => reject(new Error(`Cannot start novasim: it ${what}.\n${stdout}${stderr}`))
      const timer = setTimeout(() => fail(`has not printed ${NEEDED.join(', ')}`), STARTS_WITHIN_MS)
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        stdout += text
        const printed = variables(stdout)
        const names = Object.keys(printed)
        if (!NEEDED.every((needed) => names.some((name) => name.startsWith(needed)))) return
        clearTimeout(timer)
        resolve(printed)
      })
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr += text
      })
      child.once('error', reject)
      child.once('close', (code) => {
        clearTimeout(timer)
        fail(`ended with exit code ${code}`)
      })
    })
    return { env, url: env.OS_AUTH_URL!.replace(/\/identity\/v3\/?$/, ''), [Symbol.asyncDispose]: stop }
  } catch (error) {
    if (child.exitCode === null) await stop()
    throw error
  }
}

/** The whole lines that set an `OS_*` variable, as a shell reads them. */
function variables(text: string): Record<string, string> {
  const lines = text.matchAll(/^(?:export )?(OS_\w+)=(['"]?)(.*)\2\r?\n/gm)
  return Object.fromEntries([...lines].map(([, name, , value]) => [name!, value!]))
}
