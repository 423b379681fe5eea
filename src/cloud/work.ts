/** Work: carries tasks on, each as soon as its moment has come and its nova-compute is there to do it. */

import { BOOT } from './boots.ts'
import type { Cloud } from './cloud.ts'
import { DELETION } from './deletions.ts'
import type { TaskKind } from './durations.ts'
import { computeServiceOf } from './instance-checks.ts'
import { LIVE_MIGRATION } from './live-migrations.ts'
import { REBOOT, START, STOP } from './power.ts'
import { EVACUATION, REBUILD } from './rebuilds.ts'
import { CONFIRMATION, RESIZE, REVERSAL } from './resizes.ts'
import type { Work } from './stages.ts'
import { changeTask, endTask, type Task } from './tasks.ts'

const WORK: Record<TaskKind, Work> = {
  boot: BOOT,
  delete: DELETION,
  stop: STOP,
  start: START,
  reboot: REBOOT,
  rebuild: REBUILD,
  evacuate: EVACUATION,
  'live-migrate': LIVE_MIGRATION,
  resize: RESIZE,
  confirm: CONFIRMATION,
  revert: REVERSAL,
}

/** What an instance is told that somebody wanted to see fail. */
const FAILED_ON_PURPOSE = 'The operation failed because the world was told to let it fail.'

/** The stages that each kind of work goes through. */
export function stagesOf(kind: TaskKind): string[] {
  return Object.keys(WORK[kind].stages)
}

/** Do all that is due, and wait for what will be. Whoever begins work, or puts another state into the cloud, calls it. */
export function workOff(cloud: Cloud): void {
  for (let task = nextDue(cloud); task; task = nextDue(cloud)) perform(cloud, task)
  cloud.waiting?.()
  cloud.waiting = undefined
  const due = Math.min(
    ...[...cloud.state.tasks.values()].filter((task) => canGoOn(cloud, task)).map((task) => task.due),
  )
  if (Number.isFinite(due)) cloud.waiting = cloud.clock.at(due, () => workOff(cloud))
}

/** Let work wait where it is, let it go on, or say at which stage it is to fail. */
export function steerTask(cloud: Cloud, task: Task, change: { held?: boolean; failsAt?: string | null }): void {
  changeTask(cloud, task, { ...change, ...(change.held === false && { due: Math.max(task.due, cloud.clock.now()) }) })
  workOff(cloud)
}

/** Let it fail now, at the stage that it is at. */
export function failTask(cloud: Cloud, task: Task, message = FAILED_ON_PURPOSE): void {
  const instance = cloud.state.instances.get(task.instance)
  endTask(cloud, task)
  if (instance) WORK[task.kind].fail(cloud, task, instance, message)
  workOff(cloud)
}

function perform(cloud: Cloud, task: Task): void {
  const instance = cloud.state.instances.get(task.instance)
  const { stages, fail } = WORK[task.kind]
  if (!instance) {
    endTask(cloud, task)
    return
  }
  if (task.failsAt === task.stage) {
    endTask(cloud, task)
    fail(cloud, task, instance, FAILED_ON_PURPOSE)
    return
  }
  const next = stages[task.stage]?.(cloud, task, instance)
  if (!cloud.state.tasks.has(task.id)) return
  if (!next) {
    endTask(cloud, task)
    return
  }
  const { stage, host, share, wish = task.wish } = next
  changeTask(cloud, task, { stage, host, wish, due: cloud.clock.now() + Math.round(share * task.takes) })
}

function nextDue(cloud: Cloud): Task | undefined {
  const now = cloud.clock.now()
  let next: Task | undefined
  for (const task of cloud.state.tasks.values()) {
    if (task.due > now || !canGoOn(cloud, task)) continue
    if (!next || task.due < next.due) next = task
  }
  return next
}

/** A nova-compute that hangs or is stopped does nothing. */
function canGoOn(cloud: Cloud, { held, host }: Task): boolean {
  if (held) return false
  return host === null || computeServiceOf(cloud, host)?.process === 'running'
}
