/** What novasim takes of a machine before it has much to do: its start, and its memory with one world and with many. */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { median } from './numbers.ts'
import { freePort, run } from './running.ts'

/** Medians, in milliseconds. */
export interface Start {
  emptyMs: number
  firstMs: number
  /** What novasim takes above an empty node. */
  aboveMs: number
}

export interface Memory {
  /** Bytes that are resident: after the first answer, with nothing to do. */
  idle: number
  /** With so many worlds, each asked once. */
  worlds: number
}

const WORLDS = 1000
const IMAGE = 'novasim'
const PROGRAM = new URL('cold-start.ts', import.meta.url)

export function startHere(cli: string, rounds: number): Start {
  return startBy(process.execPath, ['--input-type=module-typescript', '-', cli, String(rounds)])
}

/** @returns why not, where there is no engine or no image */
export function startInImage(rounds: number): Start | string {
  try {
    execFileSync('docker', ['image', 'inspect', IMAGE], { stdio: 'ignore', timeout: 10_000 })
  } catch {
    return `there is no container engine, or no image "${IMAGE}": npm run image`
  }
  const program = ['--input-type=module-typescript', '-', '/app/dist/cli.js', String(rounds)]
  return startBy('docker', ['run', '--rm', '-i', '--entrypoint', 'node', IMAGE, ...program])
}

function startBy(command: string, args: string[]): Start {
  const output = execFileSync(command, args, { input: readFileSync(PROGRAM), encoding: 'utf8', timeout: 300_000 })
  const { empty, first } = JSON.parse(output) as { empty: number[]; first: number[] }
  const [emptyMs, firstMs] = [median(empty), median(first)]
  return { emptyMs, firstMs, aboveMs: firstMs - emptyMs }
}

export async function memory(cli: string): Promise<Memory> {
  const port = await freePort()
  const novasim = await run({ command: process.execPath, args: [cli, '--port', `${port}`] }, port, '/')
  const rest = () => new Promise((resolve) => setTimeout(resolve, 1000))
  await rest()
  const idle = novasim.resident()
  for (let number = 0; number < WORLDS; number++) {
    const body = JSON.stringify({ name: `w${number}` })
    await (await fetch(`${novasim.url}/_novasim/worlds`, { method: 'POST', body })).arrayBuffer()
    const asked = await fetch(`${novasim.url}/w/w${number}/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
    if (!asked.ok) throw new Error(`world ${number} answered ${asked.status}`)
    await asked.arrayBuffer()
  }
  await rest()
  const worlds = novasim.resident()
  await novasim.close()
  return { idle, worlds }
}
