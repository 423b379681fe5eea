/** novasim as a module of testcontainers: the image in a container, with the same typed handles over HTTP. */

import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  AbstractStartedContainer,
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  Wait,
} from 'testcontainers'
import type { FaultRule } from './handles/fault-rule.ts'
import type { Scenario } from './handles/scenarios.ts'
import { connect, type Novasim } from './handles/world.ts'
import type { WorldFile } from './handles/world-file.ts'
import type { ClockWord } from './reading/clock.ts'
import { InputError } from './reading/complaint.ts'

/** Where novasim listens in its container. */
const PORT = 8774

/** Where what is copied lies in the container. */
const FOLDER = '/etc/novasim'

/** How soon testcontainers notices that a container has ended: it looks every second. */
const GIVES_UP_WITHIN_MS = 1500

/** How many lines of the log are in the exception of a container that did not start. */
const LINES_TOLD = 30

/** A container with novasim in it, before it is started. */
export class NovasimContainer extends GenericContainer {
  #token: string | undefined
  #id: string | undefined
  #exited: Promise<never> | undefined
  readonly #watching = new AbortController()

  /** @param image the image, as `docker build -t novasim` has made it */
  constructor(image = 'novasim') {
    super(image)
    this.withExposedPorts(PORT).withWaitStrategy(Wait.forHttp('/_novasim/health', PORT, { abortOnContainerExit: true }))
  }

  /**
   * The world that it has: a built-in one's name, the path of a world file, which is copied in, or a world written out.
   *
   * @throws {InputError} when there is no such file
   */
  withWorld(world: string | WorldFile): this {
    return this.#with('world', world)
  }

  /** What is played on it: a built-in scenario's name, a file's path, or one written out. @throws {InputError} as `withWorld` */
  withScenario(scenario: string | Scenario): this {
    return this.#with('scenario', scenario)
  }

  /** The faults that it begins with: a file's path, or rules as in one. @throws {InputError} as `withWorld` */
  withFaults(faults: string | readonly (FaultRule | string)[]): this {
    return this.#with('faults', typeof faults === 'string' && !isPath(faults) ? `./${faults}` : faults)
  }

  /** What ids and chance are made from. */
  withSeed(seed: number): this {
    return this.withEnvironment({ NOVASIM_SEED: String(seed) })
  }

  /** `real`, `manual`, or `60x`. */
  withClock(clock: ClockWord): this {
    return this.withEnvironment({ NOVASIM_CLOCK: clock })
  }

  /** What its control routes ask for; the handles of the started container have it. */
  withControlToken(token: string): this {
    this.#token = token
    return this.withEnvironment({ NOVASIM_CONTROL_TOKEN: token })
  }

  /** A line for each request, in the log of the container. */
  withLog(format: 'text' | 'json' | 'off'): this {
    return this.withEnvironment({ NOVASIM_LOG: format })
  }

  /** @throws {Error} when it does not start: why, and the last lines that it logged */
  override async start(): Promise<StartedNovasimContainer> {
    const starting = super.start()
    // Without this one, a container that ends at once is waited for until testcontainers gives up.
    const ended = new Promise<never>((_, reject) => {
      this.#onCreated = () => this.#exited?.catch(reject)
    })
    try {
      const started = await Promise.race([starting, ended])
      const { env } = await connect(urlOf(started), { token: this.#token }).about()
      return new StartedNovasimContainer(started, env, this.#token)
    } catch (cause) {
      const log = await this.#lastLines()
      // Once it sees that the container has ended it gives up by itself, unless it still waits for a port: then it is to find none.
      await Promise.race([starting.catch(() => {}), sleep(GIVES_UP_WITHIN_MS)])
      await this.#remove()
      const why = cause instanceof Error ? cause.message : String(cause)
      const told =
        log.length > 0 ? `its last lines:\n${log.map((line) => `  ${line}`).join('\n')}` : 'it logged nothing'
      throw new Error(`novasim did not start in a container of ${this.imageName.string}: ${why}\n${told}`, { cause })
    } finally {
      this.#watching.abort()
    }
  }

  #onCreated = () => {}

  protected override async containerCreated(id: string): Promise<void> {
    this.#id = id
    const { container } = await getContainerRuntimeClient()
    const exit = container.getById(id).wait({ condition: 'next-exit', abortSignal: this.#watching.signal })
    this.#exited = exit.then(({ StatusCode }: { StatusCode: number }) => {
      throw new Error(`it ended with exit code ${StatusCode}`)
    })
    this.#exited.catch(() => {})
    this.#onCreated()
  }

  #with(what: 'world' | 'scenario' | 'faults', given: string | object): this {
    const variable = `NOVASIM_${what.toUpperCase()}`
    if (typeof given !== 'string') {
      const target = `${FOLDER}/${what}.json`
      this.withCopyContentToContainer([{ content: JSON.stringify(given), target, mode: 0o644 }])
      return this.withEnvironment({ [variable]: target })
    }
    if (!isPath(given)) return this.withEnvironment({ [variable]: given })
    if (!existsSync(given)) {
      const message = `there is no file ${given}`
      throw new InputError([{ message, path: [what] }], [`NovasimContainer: ${what}: ${message}`])
    }
    const target = `${FOLDER}/${what}${extname(given)}`
    this.withCopyFilesToContainer([{ source: given, target, mode: 0o644 }])
    return this.withEnvironment({ [variable]: target })
  }

  async #lastLines(): Promise<string[]> {
    if (this.#id === undefined) return []
    try {
      const { container } = await getContainerRuntimeClient()
      const log = await container.logs(container.getById(this.#id), { tail: LINES_TOLD, follow: false })
      const chunks = await log.map(String).toArray()
      return chunks.join('').split('\n').filter(Boolean).slice(-LINES_TOLD)
    } catch {
      // It is gone already, and what it said with it.
      return []
    }
  }

  async #remove(): Promise<void> {
    if (this.#id === undefined) return
    const { container } = await getContainerRuntimeClient()
    await container
      .getById(this.#id)
      .remove({ force: true, v: true })
      .catch(() => {})
  }
}

/** A container in which novasim is ready. */
export class StartedNovasimContainer extends AbstractStartedContainer {
  readonly #env: Record<string, string>
  readonly #token: string | undefined

  /** @internal */
  constructor(started: StartedTestContainer, env: Record<string, string>, token: string | undefined) {
    super(started)
    this.#env = env
    this.#token = token
  }

  /** Its address for this computer, without a slash at the end. */
  getUrl(): string {
    return urlOf(this)
  }

  /** Where Nova's API is. */
  getComputeUrl(): string {
    return `${this.getUrl()}/v2.1`
  }

  /** The `OS_*` variables that log a client in from this computer. */
  getEnv(): Record<string, string> {
    return { ...this.#env, OS_AUTH_URL: `${this.getUrl()}/identity/v3` }
  }

  /** The typed handles: services, instances, faults, clock, journal and so on, and other worlds beside the default one. */
  getNovasim(): Novasim {
    return connect(this.getUrl(), { token: this.#token })
  }
}

function urlOf(started: Pick<StartedTestContainer, 'getHost' | 'getMappedPort'>): string {
  const host = started.getHost()
  return `http://${host.includes(':') ? `[${host}]` : host}:${started.getMappedPort(PORT)}`
}

/** What has a dot or a slash in it is no name of what is built in. */
function isPath(given: string): boolean {
  return /[./\\]/.test(given)
}
