/**
 * Tasks: the work on instances that is under way. Each goes from stage to stage as the clock goes on: plain data, so that a moment
 * that is kept has them, too.
 *
 *     waits for its moment → waits for its nova-compute, where that is silent → its stage is done → waits for the next …
 *
 * What each stage does is said by the work of its kind: work.ts.
 */

import { type Cloud, changed, nextId } from './cloud.ts'
import type { Durations, TaskKind } from './durations.ts'

/** One piece of work. It is frozen, and replaced as a whole with each change. */
export interface Task {
  readonly id: number
  readonly kind: TaskKind
  /** The UUID of what it is done to. */
  readonly instance: string
  /** Its migration's id. */
  readonly migration: number | null
  /** What it does next. */
  readonly stage: string
  /** The host whose nova-compute does that; null: whoever does it is always there. */
  readonly host: string | null
  /** When it does it, at the earliest. Milliseconds since 1970. */
  readonly due: number
  /** How long it takes in all; each stage has its share. Milliseconds. */
  readonly takes: number
  /** Somebody steers the world and lets it wait. */
  readonly held: boolean
  /** The stage at which it fails, because somebody wants to see that. */
  readonly failsAt: string | null
  /** What the instance action is called that tells of it; null: none does. */
  readonly action: number | null
  /** What else it has to know, by names of its kind's own. */
  readonly wish: Readonly<Record<string, string | number | boolean | null>>
}

export interface NewTask {
  kind: TaskKind
  instance: string
  migration?: number | null | undefined
  stage: string
  host: string | null
  /** How long until then. Milliseconds. */
  after: number
  takes: number
  action?: number | null | undefined
  wish?: Task['wish'] | undefined
}

/** Let work take so long that begins from now on. What is not named stays. */
export function setDurations(cloud: Cloud, change: Partial<Durations>): void {
  cloud.state.durations = Object.freeze({ ...cloud.state.durations, ...change })
  changed(cloud, { type: 'durations.set' })
}

/** Begin a piece of work. What is due at once is done by whoever calls `workOff` next. */
export function addTask(cloud: Cloud, wanted: NewTask): Task {
  const { kind, instance, migration = null, stage, host, takes, action = null, wish = NO_WISH } = wanted
  const task: Task = Object.freeze({
    id: nextId(cloud, 'tasks'),
    kind,
    instance,
    migration,
    stage,
    host,
    due: cloud.clock.now() + wanted.after,
    takes,
    held: false,
    failsAt: null,
    action,
    wish: Object.freeze(wish),
  })
  cloud.state.tasks.set(task.id, task)
  changed(cloud, about('task.begun', task))
  return task
}

/** It goes on to another stage, or waits otherwise. */
export function changeTask(cloud: Cloud, { id }: Task, change: Partial<Task>): Task {
  const before = cloud.state.tasks.get(id)
  if (!before) throw new Error(`there is no task ${id}`)
  const after: Task = Object.freeze({ ...before, ...change })
  cloud.state.tasks.set(id, after)
  changed(cloud, about('task.changed', after))
  return after
}

/** It is over, or called off. */
export function endTask(cloud: Cloud, task: Task): void {
  if (cloud.state.tasks.delete(task.id)) changed(cloud, about('task.ended', task))
}

/** What is being done to an instance. There is one such task at the most, but for a delete that comes upon another. */
export function tasksOf(cloud: Cloud, instance: string): Task[] {
  return [...cloud.state.tasks.values()].filter((task) => task.instance === instance)
}

/** The task that carries a migration on. */
export function taskOfMigration(cloud: Cloud, migration: number): Task | undefined {
  for (const task of cloud.state.tasks.values()) if (task.migration === migration) return task
}

const NO_WISH: Task['wish'] = Object.freeze({})

function about(type: `task.${'begun' | 'changed' | 'ended'}`, { id, kind, stage, instance }: Task) {
  return { type, id, kind, stage, instance } as const
}
