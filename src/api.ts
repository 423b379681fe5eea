/** The public API: an emulator, and the typed handles on its worlds, which need no socket. */

import {
  createEmulator as create,
  IN_PROCESS_URL,
  type StartedEmulator as Listening,
  type Emulator as Serving,
  startEmulator as start,
} from './emulator.ts'
import { ControlClient } from './handles/client.ts'
import { Novasim } from './handles/world.ts'
import { checkEmulatorOptions, checkStartOptions, type EmulatorOptions, type StartOptions } from './options.ts'

/** A cloud in this process, and others beside it. At the end of `await using` it is ended. */
export class Emulator extends Novasim implements AsyncDisposable {
  readonly #serving: Pick<Serving, 'fetch' | 'ready' | 'steer'> & AsyncDisposable

  /** @internal */
  constructor(serving: Pick<Serving, 'fetch' | 'ready' | 'steer'> & AsyncDisposable, url: string) {
    super(new ControlClient(url, { fetch: (request) => serving.steer(request) }))
    this.#serving = serving
  }

  /**
   * Answer a request as the cloud at its address would, with no socket: a `fetch` to give to a client. The first one waits
   * until the world has been read. A path alone is as good as an address.
   */
  readonly fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> => {
    return this.#serving.fetch(input instanceof Request && !init ? input : new Request(this.#addressed(input), init))
  }

  /** Resolves once the default world can be used. Rejects with an `InputError` when it is not as it has to be. */
  get ready(): Promise<void> {
    return this.#serving.ready.then(() => {})
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#serving[Symbol.asyncDispose]()
  }

  #addressed(input: Request | URL | string): Request | URL {
    return input instanceof Request ? input : new URL(input, this.url)
  }
}

/** An emulator that listens. */
export class StartedEmulator extends Emulator {
  /** The `OS_*` variables that log a client in. */
  readonly env: Record<string, string>
  readonly #listening: Pick<Listening, 'close'>

  /** @internal */
  constructor(listening: Listening) {
    super(listening, listening.url)
    this.env = listening.env
    this.#listening = listening
  }

  /** Stop listening: requests that are running get up to a second to end. */
  close(): Promise<void> {
    return this.#listening.close()
  }
}

/**
 * A cloud in this process that listens nowhere: it is reached by `fetch`, and steered by the handles.
 *
 * @throws {InputError} when there is no such option. What is wrong with the world is thrown by `ready`, and by whatever is asked first
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  checkEmulatorOptions(options, 'createEmulator')
  return new Emulator(create(options), IN_PROCESS_URL)
}

/**
 * Start a cloud that listens: on this computer alone, and on any free port, unless the options say otherwise.
 *
 * @throws {InputError} when an option, the world, the scenario or a fault is not as it has to be, before the port opens
 * @throws when the port cannot be had
 */
export async function startEmulator(options: StartOptions = {}): Promise<StartedEmulator> {
  checkStartOptions(options, 'startEmulator')
  return new StartedEmulator(await start(options))
}
