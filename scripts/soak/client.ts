/** A client that keeps its connections, and says of each request whether it was answered. */

import { Agent, request } from 'node:http'
import type { Ask } from '../bench/answers.ts'

export interface Came {
  /** 0 when there was no answer, or not all of it. */
  status: number
  text: string
}

const ANSWER_WITHIN_MS = 30_000

/** @returns what asks, and never throws */
export function createClient(url: string, connections: number): (ask: Ask) => Promise<Came> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return ({ method, path, headers, body }) =>
    new Promise((resolve) => {
      const lost = (error: Error) => resolve({ status: 0, text: error.message })
      const asked = request(url + path, { method, headers, agent, timeout: ANSWER_WITHIN_MS }, (answer) => {
        const pieces: Buffer[] = []
        answer.on('data', (piece: Buffer) => pieces.push(piece))
        answer.once('end', () => {
          if (answer.complete) resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(pieces).toString() })
        })
        answer.once('error', lost)
        answer.once('close', () => lost(new Error('the answer ended before its end')))
      })
      asked.once('timeout', () => asked.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS / 1000} s`)))
      asked.once('error', lost)
      asked.end(body)
    })
}
