/** /instances: place, move, change and remove instances as the world wants it; nothing is scheduled or asked. */

import { Hono } from 'hono'
import { statusOf } from '../cloud/instance-states.ts'
import { changeInstance, findInstance, type Instance, placeInstances, removeInstance } from '../cloud/instances.ts'
import { fromFaultEntry, fromInstanceEntry, toFaultEntry } from '../worlds/instance-file.ts'
import type { World } from '../worlds/world.ts'
import { InstanceEntry } from '../worlds/world-schema.ts'
import { json, nothing } from './answer.ts'
import type { Answer } from './answers.ts'
import { listAnswer } from './in-pieces.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const NewInstance = InstanceEntry.omit({ deleted_at: true, actions: true })

export const InstanceChange = InstanceEntry.pick({
  name: true,
  host: true,
  status: true,
  vm_state: true,
  task_state: true,
  power_state: true,
  metadata: true,
  tags: true,
  locked_by: true,
  locked_reason: true,
  fault: true,
  progress: true,
}).partial()

export const instances = new Hono<{ Bindings: Place }>()
  .get('/', (c) => listAnswer(c, 'instances', ({ state }) => [state.instances.values(), view]))
  .post('/', async (c) => {
    const { actions: _, ...wanted } = fromInstanceEntry(await bodyOf(c, NewInstance))
    const placed = placeInstances(c.env.world.cloud, wanted).map(view)
    return wanted.count === undefined ? json(placed[0], 201) : json({ instances: placed }, 201)
  })
  .get('/:id', (c) => json(view(instanceAt(c.env.world, parameter(c, 'id')))))
  .patch('/:id', async (c) => {
    const instance = instanceAt(c.env.world, parameter(c, 'id'))
    const { vm_state, task_state, power_state, locked_by, locked_reason, fault, ...same } = await bodyOf(
      c,
      InstanceChange,
    )
    const changed = changeInstance(c.env.world.cloud, instance, {
      ...same,
      vmState: vm_state,
      taskState: task_state,
      powerState: power_state,
      lockedBy: locked_by,
      lockedReason: locked_reason,
      fault: fault === null ? null : fromFaultEntry(fault),
    })
    return json(view(changed))
  })
  .delete('/:id', (c) => {
    removeInstance(c.env.world.cloud, instanceAt(c.env.world, parameter(c, 'id')))
    return nothing()
  })

function view(instance: Instance): Answer<'Instance'> {
  const { uuid, name, host, flavor, image, metadata, tags, progress, fault } = instance
  return {
    ...{ uuid, name, host },
    status: statusOf(instance),
    vm_state: instance.vmState,
    task_state: instance.taskState,
    power_state: instance.powerState,
    flavor: flavor.name,
    ...{ image, metadata, tags: [...tags] },
    locked_by: instance.lockedBy,
    locked_reason: instance.lockedReason,
    progress,
    fault: fault && toFaultEntry(fault),
  }
}

/** By UUID, or by name. */
function instanceAt({ cloud }: World, wanted: string): Instance {
  const names = () => [...cloud.state.instances.values()].map(({ name }) => name)
  return findInstance(cloud, wanted) ?? noSuch('instance', wanted, names())
}
