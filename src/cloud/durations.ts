/** How long work on instances takes. */

export const TASK_KINDS = [
  'boot',
  'delete',
  'stop',
  'start',
  'reboot',
  'rebuild',
  'evacuate',
  'live-migrate',
  'resize',
  'confirm',
  'revert',
] as const
export type TaskKind = (typeof TASK_KINDS)[number]

/** How long each kind of work takes in all. Milliseconds of the cloud's clock. */
export type Durations = Readonly<Record<TaskKind, number>>

/** On a clock that goes by itself: long enough for a client that polls to see the states on the way. */
export const REAL_DURATIONS: Durations = Object.freeze({
  boot: 1000,
  delete: 500,
  stop: 500,
  start: 500,
  reboot: 500,
  rebuild: 1000,
  evacuate: 1000,
  'live-migrate': 2000,
  resize: 1500,
  confirm: 500,
  revert: 1000,
})

/** On a clock that is moved by hand: everything is done when the request is answered. */
export const NO_DURATIONS: Durations = Object.freeze(
  Object.fromEntries(TASK_KINDS.map((kind) => [kind, 0])) as Record<TaskKind, number>,
)
