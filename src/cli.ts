#!/usr/bin/env node
/** The command line: arguments → an emulator, then the `OS_*` lines to paste. */

import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { createClock } from './cloud/clock.ts'
import { createCloud } from './cloud/description.ts'
import { type Answered, type StartedEmulator, startEmulator, VERSION } from './emulator.ts'
import { InputError } from './reading/complaint.ts'
import { BUILT_IN_WORLDS } from './worlds/built-in.ts'
import { loadWorld } from './worlds/load.ts'
import { loginOf } from './worlds/login.ts'
import { WALL } from './worlds/wall.ts'

/** A flag, a variable or a file is not as it has to be: nothing was started. */
const EXIT_USAGE = 2
/** Everything was in order, but it could not be done: the port is taken, say. */
const EXIT_FAILED = 1

interface ServeFlags {
  port: number
  host: string
  world: string
  seed?: number
  clock?: 'real' | 'manual'
  control?: 'open' | 'off'
  controlToken?: string
  log: 'text' | 'json' | 'off'
}

class UsageError extends Error {}

const program = new Command('novasim')
  .description(
    "An in-memory stand-in for OpenStack Nova's compute services, for testing the tools that operate a cloud.",
  )
  .version(VERSION, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'print this')
  .helpCommand(false)
  .showHelpAfterError('(novasim --help lists the commands, novasim serve --help the flags)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  novasim                                   a controller and three compute hosts on port 8774
  novasim --port 0 --world my-cloud.yaml    your own cloud, on any free port
  eval "$(novasim env)"; openstack compute service list

Worlds that are built in:
${Object.entries(BUILT_IN_WORLDS)
  .map(([name, what]) => `  ${name.padEnd(15)}${what}`)
  .join('\n')}

Each flag has a variable: NOVASIM_PORT for --port, NOVASIM_CONTROL_TOKEN for --control-token.`,
  )

withPlace(program.command('serve', { isDefault: true }))
  .description('start a cloud and print how to log in to it (the default command)')
  .addOption(flag('--seed <number>', 'what ids and chance are made from').argParser(wholeNumber))
  .addOption(flag('--clock <mode>', 'the time goes by itself, or stands until it is moved').choices(['real', 'manual']))
  .addOption(flag('--control <mode>', 'whether tests can steer it under /_novasim').choices(['open', 'off']))
  .addOption(flag('--control-token <token>', 'what control then asks for, as a bearer token'))
  .addOption(
    flag('--log <format>', 'a line on stderr for each request').choices(['text', 'json', 'off']).default('off'),
  )
  .action(serve)

withPlace(program.command('env'))
  .description('print the OS_* lines of a cloud that is served with the same flags, and start nothing')
  .option('--url <url>', 'the address clients reach it at, where that is another')
  .action(printEnv)

program.parseAsync().catch(fail)

async function serve(flags: ServeFlags): Promise<void> {
  const { port, host, world, seed, clock, control = 'open', controlToken } = flags
  if (!isLoopback(host) && controlToken === undefined && flags.control === undefined) {
    throw new UsageError(
      `--host ${host}: others could reach and steer this cloud. Set --control-token, or say --control open or --control off`,
    )
  }
  const onAnswer = await logTo(flags.log)
  const emulator = await startEmulator({ port, host, world, seed, clock, control, controlToken, onAnswer })
  endOnSignal(emulator)
  if (control === 'open' && controlToken === undefined && !isLoopback(host)) {
    process.stderr.write(
      '# control is open: whoever reaches this port can change the cloud (--control-token T asks for a token)\n',
    )
  }
  process.stderr.write(
    `# novasim ${VERSION}: world "${world}" at ${emulator.url}, control under /_novasim. Ctrl-C ends it.\n`,
  )
  process.stdout.write(envLines(emulator.env))
}

async function printEnv({ port, host, world, url }: ServeFlags & { url?: string }): Promise<void> {
  if (port === 0 && url === undefined)
    throw new UsageError('--port 0: which port that will be is not known before. Give --url')
  const address = url?.replace(/\/+$/, '') ?? `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  const cloud = createCloud(await loadWorld(world), { seed: 0, clock: createClock({ wall: WALL }) })
  process.stdout.write(envLines(loginOf(cloud, address)))
}

/** Lines to paste into a shell, to `eval`, or to read one by one. */
function envLines(env: Record<string, string>): string {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`)
  return `${[...lines, `export ${Object.keys(env).join(' ')}`].join('\n')}\n`
}

function quoted(value: string): string {
  return /^[\w./:@%+,-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}

/** The flags that say where a cloud is and which it is. */
function withPlace(command: Command): Command {
  return command
    .helpOption('-h, --help', 'print this')
    .addOption(flag('-p, --port <number>', 'where to listen; 0 takes a free port').argParser(portNumber).default(8774))
    .addOption(flag('--host <address>', 'on which address; 0.0.0.0 is all of them').default('127.0.0.1'))
    .addOption(
      flag('-w, --world <name|file>', `${Object.keys(BUILT_IN_WORLDS).join(', ')}, or a YAML or JSON file`).default(
        'default',
      ),
    )
}

function flag(flags: string, description: string): Option {
  const option = new Option(flags, description)
  return option.env(`NOVASIM_${option.name().replaceAll('-', '_').toUpperCase()}`)
}

function portNumber(text: string): number {
  const port = wholeNumber(text)
  if (port < 0 || port > 65_535) throw new InvalidArgumentError('A port is between 0 and 65535.')
  return port
}

function wholeNumber(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.')
  return Number(text)
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

async function logTo(format: ServeFlags['log']): Promise<((answered: Answered) => void) | undefined> {
  if (format === 'off') return undefined
  if (format === 'json') {
    const { destination, pino } = await import('pino')
    const logger = pino({ base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, destination(2))
    return (answered) => logger.info(answered)
  }
  return ({ method, path, status, took, requestId }) => {
    const time = new Date().toISOString().slice(11, 23)
    process.stderr.write(`${time} ${status} ${method} ${path} ${took.toFixed(1)}ms ${requestId ?? ''}\n`)
  }
}

function endOnSignal(emulator: StartedEmulator): void {
  let asked = false
  const end = () => {
    if (asked) process.exit(0)
    asked = true
    void emulator.close().then(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

function fail(error: unknown): void {
  // Commander has said by itself what is wrong with the arguments; help and the version are no errors.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE
    return
  }
  const usage = error instanceof UsageError || error instanceof InputError
  process.exitCode = usage ? EXIT_USAGE : EXIT_FAILED
  process.stderr.write(usage ? `novasim: ${error.message}\n` : `novasim: ${whyNot(error)}\n`)
}

function whyNot(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string }
  if (code === 'EADDRINUSE') return `port ${port} on ${address} is taken. --port 0 takes a free one`
  if (code === 'EACCES') return `port ${port} may not be used. Take one above 1023`
  if (code === 'EADDRNOTAVAIL') return `${address} is no address of this machine. Try --host 127.0.0.1`
  return error.stack ?? error.message
}
