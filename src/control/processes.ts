/** /processes: every process that a service stands for, and those whose service was deleted. Here the latter are steered. */

import { Hono } from 'hono'
import * as z from 'zod'
import type { Cloud } from '../cloud/cloud.ts'
import {
  changeLeftProcess,
  forgetLeftProcess,
  type LeftProcess,
  PROCESS_STATES,
  type ProcessState,
} from '../cloud/processes.ts'
import { type Service, setProcess, startLeftProcess } from '../cloud/services.ts'
import { toText } from '../reading/time.ts'
import { json, nothing } from './answer.ts'
import { ControlError } from './errors.ts'
import { listAnswer } from './in-pieces.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const ProcessChange = z.strictObject({ process: z.enum(PROCESS_STATES) })

export const processes = new Hono<{ Bindings: Place }>()
  .get('/', (c) => listAnswer(c, 'processes', (cloud) => [processesOf(cloud), view]))
  .get('/:id', (c) => json(view(processAt(c.env.world.cloud, parameter(c, 'id')))))
  .patch('/:id', async (c) => {
    const { cloud } = c.env.world
    const name = parameter(c, 'id')
    const found = processAt(cloud, name)
    change(cloud, found, (await bodyOf(c, ProcessChange)).process)
    return json(view(processAt(cloud, name)))
  })
  .delete('/:id', (c) => {
    const { cloud } = c.env.world
    const found = processAt(cloud, parameter(c, 'id'))
    if ('uuid' in found) {
      throw new ControlError(409, {
        message: `the ${nameOf(found)} has a service`,
        path: [],
        hint: `to remove both, delete the service first: DELETE /services/${nameOf(found)}`,
      })
    }
    forgetLeftProcess(cloud, found)
    return nothing()
  })

function change(cloud: Cloud, process: Service | LeftProcess, wanted: ProcessState): void {
  if ('uuid' in process) setProcess(cloud, process, wanted)
  else if (process.process === 'stopped' && wanted === 'running') startLeftProcess(cloud, process)
  else changeLeftProcess(cloud, process, wanted)
}

function view(process: Service | LeftProcess): object {
  const { binary, host, cell, process: state } = process
  const about = { name: nameOf(process), binary, host, cell, process: state }
  if ('uuid' in process) return { ...about, service: process.uuid }
  const { nextUpdate } = process
  return { ...about, service: null, next_update_at: nextUpdate === null ? null : toText(nextUpdate) }
}

function processesOf({ state }: Cloud): (Service | LeftProcess)[] {
  return [...state.services.values(), ...state.leftProcesses.values()]
}

/** By `binary@host`. */
function processAt(cloud: Cloud, wanted: string): Service | LeftProcess {
  const all = processesOf(cloud)
  return all.find((each) => nameOf(each) === wanted) ?? noSuch('process', wanted, all.map(nameOf))
}

function nameOf({ binary, host }: { binary: string; host: string }): string {
  return `${binary}@${host}`
}
