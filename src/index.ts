/** novasim's public API. */

export {
  type Answered,
  createEmulator,
  type Emulator,
  type EmulatorOptions,
  type StartedEmulator,
  type StartOptions,
  startEmulator,
  VERSION,
} from './emulator.ts'
export type { WrittenRule } from './faults/read.ts'
export type { ClockWord } from './reading/clock.ts'
export { type Complaint, InputError } from './reading/complaint.ts'
export type { WorldFile } from './worlds/world-schema.ts'
