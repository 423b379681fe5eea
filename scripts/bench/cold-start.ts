/**
 * How long novasim takes from the start of its process to the first answer, beside a node that does nothing: in turns, within
 * one process that has no import of ours, so that a container can be given it, too.
 * `node --input-type=module-typescript - CLI ROUNDS < cold-start.ts`
 */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'

const [cli = 'dist/cli.js', rounds = '10'] = process.argv.slice(2)
const empty: number[] = []
const first: number[] = []
for (let round = 0; round < Number(rounds); round++) {
  const began = performance.now()
  spawnSync(process.execPath, ['-e', '0'])
  empty.push(performance.now() - began)
  first.push(await firstAnswer())
}
process.stdout.write(JSON.stringify({ empty, first }))

async function firstAnswer(): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, [cli, '--port', '0', '--host', '127.0.0.1', '--control', 'open'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = once(child, 'exit')
  let text = ''
  let url: string | undefined
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(piece)
    url = /^OS_AUTH_URL=(.*)\/identity\/v3$/m.exec(text)?.[1]
    if (url) break
  }
  if (!url) throw new Error(`novasim did not start: ${text}`)
  await (await fetch(url)).arrayBuffer()
  const took = performance.now() - began
  child.kill()
  await ended
  return took
}
