/** novasim's public API. */

export type { ClockMode } from './cloud/clock.ts'
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
export { type Complaint, WorldFileError } from './worlds/world-file.ts'
export type { WorldFile } from './worlds/world-schema.ts'
