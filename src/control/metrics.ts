/** /metrics: what Prometheus is told of all worlds. Worked out when it asks, from what the journals keep: a request pays nothing for it. */

import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { Journal } from '../worlds/journal.ts'
import type { Worlds } from '../worlds/worlds.ts'

export interface Metrics {
  /** With its version: what Prometheus looks at. */
  contentType: string
  /** In Prometheus' text format. */
  text(): Promise<string>
}

/** The lag of the event loop and the times of the garbage collector are measured from now on. */
export function createMetrics(worlds: Worlds): Metrics {
  const register = new Registry()
  collectDefaultMetrics({ register })
  const registers = [register]
  new Gauge({
    registers,
    name: 'novasim_worlds',
    help: 'How many worlds there are',
    collect() {
      this.set(worlds.list().length)
    },
  })
  new Counter({
    registers,
    name: 'novasim_requests_total',
    help: 'Answered requests by world, operation and status, since the journal was last cleared or reset; 0 for no answer',
    labelNames: ['world', 'operation', 'status'],
    collect() {
      this.reset()
      for (const world of worlds.list()) {
        for (const [name, count] of world.journal.counts()) {
          const [operation, status] = splitAtLast(name)
          if (status !== undefined) this.inc({ world: world.name, operation, status }, count)
        }
      }
    },
  })
  new Counter({
    registers,
    name: 'novasim_faults_fired_total',
    help: 'Requests that a fault did something to, by world and rule',
    labelNames: ['world', 'fault'],
    collect() {
      this.reset()
      for (const { name: world, faults } of worlds.list()) {
        for (const { name: fault, fired } of faults.list()) this.inc({ world, fault }, fired)
      }
    },
  })
  const ofJournal = (name: string, help: string, measure: (journal: Journal) => number) =>
    new Gauge({
      registers,
      name,
      help,
      labelNames: ['world'],
      collect() {
        this.reset()
        for (const { name: world, journal } of worlds.list()) this.set({ world }, measure(journal))
      },
    })
  ofJournal(
    'novasim_journal_entries',
    'How many entries the journal of a world keeps',
    (journal) => journal.last() - journal.oldest() + 1,
  )
  ofJournal('novasim_journal_bytes', 'How many bytes they have, roughly', (journal) => journal.bytes())
  ofJournal('novasim_requests_open', 'Requests that have not been answered yet', (journal) => journal.requests().open)
  return { contentType: register.contentType, text: () => register.metrics() }
}

/** `os-services:list 200`: what stands before the last space, and what stands behind it. */
function splitAtLast(name: string): [string, string | undefined] {
  const at = name.lastIndexOf(' ')
  return at < 0 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)]
}
