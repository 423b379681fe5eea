/** What was done to an instance, and how it went: Nova's `instance_actions` and `instance_actions_events`. */

import { type Cloud, nextId } from './cloud.ts'

/** How many actions of an instance are kept. Nova keeps all, until it is purged. */
export const KEPT_ACTIONS = 50

/** A piece of the work, done by one process. Times are milliseconds since 1970. */
export interface ActionEvent {
  /** The name of the function that did it: `compute_stop_instance`. */
  readonly name: string
  readonly startedAt: number
  /** Null while it goes on. */
  readonly finishedAt: number | null
  readonly result: 'Success' | 'Error' | null
  readonly traceback: string | null
  /** The host of the process. */
  readonly host: string | null
  /** What went wrong, in a sentence. */
  readonly details: string | null
}

/** One request, or the cloud's own doing. It is frozen, and replaced as a whole with each change. */
export interface InstanceAction {
  readonly id: number
  /** As the request names it: `create`, `stop`, `live-migration`. */
  readonly action: string
  /** Its `x-openstack-request-id`. */
  readonly requestId: string
  readonly userId: string
  readonly projectId: string
  readonly startedAt: number
  readonly updatedAt: number | null
  /** `Error` when one of its events went wrong. */
  readonly message: string | null
  /** In the order in which they began. */
  readonly events: readonly ActionEvent[]
}

/** Who asks for something to be done, with which request. */
export interface Asking {
  readonly requestId: string
  readonly userId: string
  readonly projectId: string
}

/** Note that something begins to be done. @returns the action's id, by which its events are added */
export function beginAction(cloud: Cloud, instance: string, action: string, by: Asking): number {
  const id = nextId(cloud, 'instance_actions')
  const made: InstanceAction = Object.freeze({
    id,
    action,
    requestId: by.requestId,
    userId: by.userId,
    projectId: by.projectId,
    startedAt: cloud.clock.now(),
    updatedAt: null,
    message: null,
    events: NO_EVENTS,
  })
  const before = cloud.state.instanceActions.get(instance) ?? []
  cloud.state.instanceActions.set(instance, Object.freeze([...before.slice(1 - KEPT_ACTIONS), made]))
  return id
}

/** A process begins its part of an action. Nothing happens when the action is not kept any more. */
export function beginEvent(
  cloud: Cloud,
  instance: string,
  action: number | null,
  name: string,
  host: string | null,
): void {
  writeAction(cloud, instance, action, (known) => ({
    updatedAt: cloud.clock.now(),
    events: [
      ...known.events,
      { name, startedAt: cloud.clock.now(), finishedAt: null, result: null, traceback: null, host, details: null },
    ],
  }))
}

/** The last part of this name that goes on is over. @param failure what went wrong; with none, it went well */
export function finishEvent(
  cloud: Cloud,
  instance: string,
  action: number | null,
  name: string,
  failure?: { details: string; traceback: string },
): void {
  writeAction(cloud, instance, action, (known) => {
    const index = known.events.findLastIndex((event) => event.name === name && event.finishedAt === null)
    const finishedAt = cloud.clock.now()
    const events = known.events.map((event, at): ActionEvent => {
      if (at !== index) return event
      return failure
        ? { ...event, finishedAt, result: 'Error', ...failure }
        : { ...event, finishedAt, result: 'Success' }
    })
    return { updatedAt: finishedAt, events, ...(failure && { message: 'Error' }) }
  })
}

/** An action that came to nothing before anybody had a part in it. */
export function failAction(cloud: Cloud, instance: string, action: number | null): void {
  writeAction(cloud, instance, action, () => ({ updatedAt: cloud.clock.now(), message: 'Error' }))
}

/** An action that has no parts is over. */
export function finishAction(cloud: Cloud, instance: string, action: number | null): void {
  writeAction(cloud, instance, action, () => ({ updatedAt: cloud.clock.now() }))
}

/** Those of an instance that are kept, the oldest first. */
export function actionsOf(cloud: Cloud, instance: string): readonly InstanceAction[] {
  return cloud.state.instanceActions.get(instance) ?? []
}

const NO_EVENTS: readonly ActionEvent[] = Object.freeze([])

function writeAction(
  { state }: Cloud,
  instance: string,
  id: number | null,
  change: (known: InstanceAction) => Partial<InstanceAction>,
): void {
  const before = state.instanceActions.get(instance)
  if (!before || id === null) return
  const after = before.map((known) => (known.id === id ? Object.freeze({ ...known, ...change(known) }) : known))
  state.instanceActions.set(instance, Object.freeze(after))
}
