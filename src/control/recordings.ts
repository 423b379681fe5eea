/** /recordings: real answers that a world holds, whether they answer in its place, and how far they are. */

import { Hono } from 'hono'
import * as z from 'zod'
import { check } from '../reading/check.ts'
import { InputError } from '../reading/complaint.ts'
import { readRecording } from '../recordings/recording.ts'
import { REPLAY_ELSES, REPLAY_IDS, REPLAY_MODES, REPLAY_TIMES } from '../recordings/replay.ts'
import type { Held } from '../worlds/recordings.ts'
import { holdRecording } from '../worlds/replayed.ts'
import { json, nothing } from './answer.ts'
import { accepted } from './errors.ts'
import { bodyOf, type ControlContext, noSuch, type Place, parameter } from './request.ts'

const Options = {
  name: z.string().min(1, 'expected a text that is not empty').optional(),
  mode: z.enum(REPLAY_MODES).optional(),
  else: z.enum(REPLAY_ELSES).optional(),
  ids: z.enum(REPLAY_IDS).optional(),
  times: z.enum(REPLAY_TIMES).optional(),
}
export const NewRecording = z.strictObject({ ...Options, on: z.boolean().optional(), recording: z.string() })
export const RecordingQuery = z.strictObject(Options)
export const RecordingChange = z.strictObject({ on: z.boolean().optional(), rewind: z.boolean().optional() })

export const recordings = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json({ recordings: c.env.world.recordings.list().map(view) }))
  .post('/', async (c) => {
    const { recording: text, name, else: otherwise, ...options } = await wanted(c)
    const { world } = c.env
    const held = holdRecording(world, name ?? `r-${world.controlId()}`, recordingIn(text), { ...options, otherwise })
    return json(view(held), 201)
  })
  .get('/:name', (c) => {
    const held = heldAt(c)
    return json({ ...view(held), notes: held.replay.recording.notes.map(({ note }) => note) })
  })
  .patch('/:name', async (c) => {
    const held = heldAt(c)
    const { on, rewind } = await bodyOf(c, RecordingChange)
    if (on !== undefined) held.on = on
    if (rewind) held.replay.rewind()
    return json(view(held))
  })
  .delete('/:name', (c) => {
    c.env.world.recordings.drop(heldAt(c).name)
    return nothing()
  })

/** The file itself as the body, its options in the query; or all of it as JSON. */
async function wanted(c: ControlContext): Promise<z.infer<typeof NewRecording>> {
  if (!/ndjson|jsonl|octet-stream|x-www-form-urlencoded/.test(c.req.header('content-type') ?? ''))
    return bodyOf(c, NewRecording)
  return { ...accepted(check(RecordingQuery, c.req.query())), recording: await c.req.text() }
}

function recordingIn(text: string) {
  try {
    return readRecording(text, 'recording')
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    const complaints = error.message.split('\n').map((message) => ({ message, path: ['recording'] }))
    return accepted<ReturnType<typeof readRecording>>({ complaints })
  }
}

function view({ name, on, replay }: Held): object {
  const { recording, mode, otherwise } = replay
  const { used, of, unexpected } = replay.progress()
  return { name, on, mode, else: otherwise, used, of, unexpected, made: recording.made }
}

function heldAt(c: ControlContext): Held {
  const name = parameter(c, 'name')
  const { recordings: shelf } = c.env.world
  return (
    shelf.find(name) ??
    noSuch(
      'recording',
      name,
      shelf.list().map((held) => held.name),
    )
  )
}
