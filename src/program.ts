/** The command line: arguments → an emulator, then the `OS_*` lines to paste. */

import { setFlagsFromString } from 'node:v8'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { createClock } from './cloud/clock.ts'
import { createCloud } from './cloud/description.ts'
import { addRemoteCommands, tokenFlag } from './commands/register.ts'
import { startEmulator } from './emulator.ts'
import { CLOCK_WORDS, type ClockWord, isClockWord } from './reading/clock.ts'
import { InputError } from './reading/complaint.ts'
import type { RecordFlags } from './recordings/commands.ts'
import { VERSION } from './version.ts'
import { BUILT_IN_WORLDS } from './worlds/built-in.ts'
import { loadWorld } from './worlds/load.ts'
import { loginOf } from './worlds/login.ts'
import { releaseNamed } from './worlds/release.ts'
import { WALL } from './worlds/wall.ts'

/** A flag, a variable or a file is not as it has to be: nothing was started. */
const EXIT_USAGE = 2
/** Everything was in order, but it could not be done: the port is taken, say. */
const EXIT_FAILED = 1

interface ServeFlags {
  port: number
  host: string
  world?: string
  faults?: string
  seed?: number
  release?: string
  clock?: ClockWord
  control?: 'open' | 'off'
  controlToken?: string
  journalEntries?: number
  journalBytes?: number
  log: 'text' | 'json' | 'off'
  replay?: string
  scenario?: string
  mode?: 'strict' | 'match'
  else?: 'error' | 'world'
  ids?: 'recorded' | 'seed'
  times?: 'moved' | 'recorded'
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

withServing(program.command('serve', { isDefault: true }))
  .description('start a cloud and print how to log in to it (the default command)')
  .addOption(flag('--replay <file>', 'a recording that answers what it can; the world answers the rest'))
  .addOption(flag('--scenario <name|file>', 'what happens to the cloud, played from the start; its world comes first'))
  .action((flags: ServeFlags) => serve({ else: 'world', ...flags }))

withPlace(program.command('env'))
  .description('print the OS_* lines of a cloud that is served with the same flags, and start nothing')
  .option('--url <url>', 'the address clients reach it at, where that is another')
  .action(printEnv)

program
  .command('record')
  .description('write down what a real cloud says to a client that goes through here, without its secrets')
  .helpOption('-h, --help', 'print this')
  .addOption(flag('--upstream <url>', "Keystone's address").env('OS_AUTH_URL').makeOptionMandatory())
  .requiredOption('--out <file>', 'the recording')
  .option('--force', 'write over a file that is there')
  .option('--note <text>', 'what it is a recording of, for its first line')
  .addOption(flag('-p, --port <number>', 'where to listen; 0 takes a free port').argParser(portNumber).default(8774))
  .addOption(flag('--host <address>', 'on which address').default('127.0.0.1'))
  .addOption(flag('--cacert <file>', 'certificates to trust, beside the usual ones').env('OS_CACERT'))
  .option('--insecure', 'trust any certificate')
  .addOption(flag('--timeout <seconds>', 'how long the cloud may be silent').argParser(wholeCount).default(60))
  .option('--endpoint <type=url...>', 'where a service is, for a client that does not ask Keystone')
  .action(async (flags: RecordFlags) => {
    const { record } = await import('./recordings/commands.ts')
    const { env } = await endOnSignal(record(flags, VERSION), ({ recorder }) => recorder.close())
    process.stdout.write(envLines(env))
  })

withServing(program.command('replay'))
  .description('answer from a recording, with no cloud')
  .argument('<file>', 'the recording: ours, or HAR')
  .addOption(
    flag('--mode <mode>', 'strict: in the order of the recording; match: each request by what it asks for')
      .choices(['strict', 'match'])
      .default('match'),
  )
  .addOption(
    flag('--else <what>', 'what answers a request that is not in it: an error, or a world')
      .choices(['error', 'world'])
      .default('error'),
  )
  .addOption(
    flag('--ids <which>', 'the ids that were recorded, or others, made from the seed')
      .choices(['recorded', 'seed'])
      .default('recorded'),
  )
  .addOption(
    flag('--times <which>', 'moved to the present, or those that were recorded')
      .choices(['moved', 'recorded'])
      .default('moved'),
  )
  .action((file: string, flags: ServeFlags, command: Command) => {
    // Unless it is said, the world is the one that the recording implies.
    const { world, ...others } = flags
    const said = command.getOptionValueSource('world') !== 'default'
    return serve({ ...others, ...(said && world !== undefined && { world }), replay: file })
  })

program
  .command('world')
  .description('write the world file whose cloud would have answered as a recording')
  .helpOption('-h, --help', 'print this')
  .requiredOption('--from <file>', 'the recording')
  .option('--out <file>', 'the world file; without it, it is printed')
  .addOption(flag('--seed <number>', 'what ids are made from that it does not tell').argParser(wholeNumber))
  .action(async (flags: { from: string; out?: string; seed?: number }) => {
    const { writeWorld } = await import('./recordings/commands.ts')
    await writeWorld(flags)
  })

const recordings = program
  .command('recordings')
  .description('look into recordings, check them, turn them into HAR and back')
recordings.helpOption('-h, --help', 'print this').helpCommand(false)
recordings
  .command('show <file>')
  .description('a line for each exchange')
  .action(async (file: string) => {
    const { show } = await import('./recordings/commands.ts')
    process.stdout.write(await show(file))
  })
recordings
  .command('check <file>')
  .description('say what is wrong with it, and what can still be used')
  .action(async (file: string) => {
    const { checkFile } = await import('./recordings/commands.ts')
    process.stdout.write(await checkFile(file))
  })
recordings
  .command('convert <in> <out>')
  .description('from one form into the other, by their endings: .har, or anything else for ours')
  .option('--usable', 'take over what can be used of one that is cut off')
  .action(async (from: string, out: string, flags: { usable?: boolean }) => {
    const { convert } = await import('./recordings/commands.ts')
    await convert(from, out, flags)
  })

program
  .command('play')
  .description('play scenarios, each on a cloud of its own; exit code 1 when something was not as expected')
  .usage('[options] <scenario...> [-- command [argument...]]')
  .argument('<scenario...>', 'YAML files; what stands behind -- is run against the cloud while the one file is played')
  .helpOption('-h, --help', 'print this')
  .option('--junit <file>', "write what happened as JUnit's XML, for a CI")
  .addOption(flag('-p, --port <number>', 'where the cloud listens for the command').argParser(portNumber).default(0))
  .option('--url <url>', 'a novasim that runs already, or one of its worlds: played there, its time waited for')
  .addOption(tokenFlag())
  .option('--json', 'with --url: print how each ended as JSON')
  .action(playScenarios)

addRemoteCommands(program)
// Asked by a shell while somebody types, and by nobody else.
if (process.argv[2] === 'complete') (await import('./commands/completion.ts')).addComplete(program)

program.parseAsync().catch(fail)

/**
 * What a request leaves behind is gone at once, so that the heap's young half need not grow: with 100,000 servers 214 MB are resident
 * instead of 307, and a request costs no more. Other engines than V8 know nothing of it.
 */
function keepYoungHeapSmall(): void {
  try {
    setFlagsFromString('--semi-space-growth-factor=1')
  } catch {
    // It is only less frugal then.
  }
}

async function serve(flags: ServeFlags): Promise<void> {
  keepYoungHeapSmall()
  const { port, host, faults, seed, release, clock, control = 'open', controlToken, replay } = flags
  if (!isLoopback(host) && controlToken === undefined && flags.control === undefined) {
    throw new UsageError(
      `--host ${host}: others could reach and steer this cloud. Set --control-token, or say --control open or --control off`,
    )
  }
  const onAnswer = flags.log === 'off' ? undefined : await (await import('./log.ts')).requestLog(flags.log)
  const scenario = flags.scenario === undefined ? undefined : await (await import('./cast.ts')).cast(flags.scenario)
  const world = scenario?.world ?? flags.world
  const warn = (file: string | undefined, warning: string) => process.stderr.write(`# ${file}: ${warning}\n`)
  for (const warning of scenario?.warnings ?? []) warn(flags.scenario, warning)
  const onWarning = (warning: string) => warn(faults, warning)
  const starting = startEmulator({
    port,
    host,
    world,
    faults,
    seed: seed ?? scenario?.seed,
    release,
    clock,
    control,
    controlToken,
    journal: {
      ...(flags.journalEntries !== undefined && { entries: flags.journalEntries }),
      ...(flags.journalBytes !== undefined && { bytes: flags.journalBytes }),
    },
    replay:
      replay === undefined
        ? undefined
        : { file: replay, mode: flags.mode, otherwise: flags.else, ids: flags.ids, times: flags.times },
    onAnswer,
    onWarning,
  })
  const emulator = await endOnSignal(starting, ({ close }) => close())
  scenario?.start(await emulator.ready, emulator.url, (line) => process.stderr.write(`${line}\n`))
  if (control === 'open' && controlToken === undefined && !isLoopback(host)) {
    process.stderr.write(
      '# control is open: whoever reaches this port can change the cloud (--control-token T asks for a token)\n',
    )
  }
  process.stderr.write(
    `# novasim ${VERSION}: ${replay === undefined ? `world "${world}"` : `replay of ${replay}`} at ${emulator.url}, control under /_novasim. Ctrl-C ends it.\n`,
  )
  process.stdout.write(envLines(emulator.env))
}

async function printEnv({ port, host, world, url }: ServeFlags & { url?: string }): Promise<void> {
  if (port === 0 && url === undefined)
    throw new UsageError('--port 0: which port that will be is not known before. Give --url')
  const address = url?.replace(/\/+$/, '') ?? `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`
  const cloud = createCloud(await loadWorld(world ?? 'default'), { seed: 0, clock: createClock({ wall: WALL }) })
  process.stdout.write(envLines(loginOf(cloud, address)))
}

interface PlayFlags {
  junit?: string
  port: number
  url?: string
  token?: string
  json?: boolean
}

async function playScenarios(given: string[], { junit, port, url, ...flags }: PlayFlags): Promise<void> {
  // Commander takes the two dashes away, so what stood behind them is found in what was typed.
  const dashes = process.argv.indexOf('--')
  const command = dashes < 0 ? undefined : process.argv.slice(dashes + 1)
  const files = command ? given.slice(0, given.length - command.length) : given
  if (command?.length === 0) throw new UsageError('there is nothing behind --: name the program to run')
  if (files.length === 0) throw new UsageError('name a scenario before --')
  if (command && files.length > 1)
    throw new UsageError('a command is run against one scenario: name one file before --')
  if (url !== undefined) {
    if (command || junit !== undefined) throw new UsageError('--url: neither --junit nor a command goes with it')
    const { playThere } = await import('./commands/play.ts')
    process.exitCode = (await playThere(files, { ...flags, url })) ? 0 : EXIT_FAILED
    return
  }
  const { playFiles } = await import('./play.ts')
  const print = (line: string) => void process.stdout.write(`${line}\n`)
  const passed = await playFiles(files, { command, junit, port, print, colour: process.stdout.isTTY === true })
  process.exitCode = passed ? 0 : EXIT_FAILED
}

/** Lines to paste into a shell, to `eval`, or to read one by one. */
function envLines(env: Record<string, string>): string {
  const lines = Object.entries(env).map(([name, value]) => `${name}=${quoted(value)}`)
  return `${[...lines, `export ${Object.keys(env).join(' ')}`].join('\n')}\n`
}

function quoted(value: string): string {
  return /^[\w./:@%+,-]*$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`
}

/** The flags of what serves a cloud. */
function withServing(command: Command): Command {
  return withPlace(command)
    .addOption(flag('--faults <file>', 'a YAML or JSON file of rules by which requests go wrong'))
    .addOption(flag('--seed <number>', 'what ids and chance are made from').argParser(wholeNumber))
    .addOption(
      flag('--clock <how>', 'real, manual: it stands until it is moved, or 60x: so much faster').argParser(clockWord),
    )
    .addOption(flag('--release <name>', 'which release of Nova it is: 2024.1, say').argParser(releaseName))
    .addOption(flag('--control <mode>', 'whether tests can steer it under /_novasim').choices(['open', 'off']))
    .addOption(flag('--control-token <token>', 'what control then asks for, as a bearer token'))
    .addOption(flag('--journal-entries <number>', 'how many requests each journal keeps').argParser(wholeCount))
    .addOption(flag('--journal-bytes <number>', 'and how many bytes of them').argParser(wholeCount))
    .addOption(
      flag('--log <format>', 'a line on stderr for each request').choices(['text', 'json', 'off']).default('off'),
    )
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

function clockWord(text: string): ClockWord {
  if (!isClockWord(text)) throw new InvalidArgumentError(`It is ${CLOCK_WORDS}.`)
  return text
}

function releaseName(text: string): string {
  try {
    return releaseNamed(text, '--release')
  } catch (error) {
    throw error instanceof InputError ? new UsageError(error.message) : error
  }
}

function wholeCount(text: string): number {
  const count = wholeNumber(text)
  if (count < 0) throw new InvalidArgumentError('It is less than 0.')
  return count
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** A signal is heeded from the beginning: as the first process of a container, one with no handler would not be ended by it. */
function endOnSignal<Started>(
  starting: Promise<Started>,
  close: (started: Started) => Promise<void>,
): Promise<Started> {
  let started: Started | undefined
  const end = () => {
    if (started === undefined) process.exit(0)
    const closing = close(started)
    started = undefined
    void closing.then(() => process.exit(0))
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  return starting.then((made) => (started = made))
}

function fail(error: unknown): void {
  // Commander has said by itself what is wrong with the arguments; help and the version are no errors.
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE
    return
  }
  if (error instanceof Error && error.name === 'NovasimError') {
    process.exitCode = 'status' in error && error.status === 400 ? EXIT_USAGE : EXIT_FAILED
    process.stderr.write(`novasim: ${error.message}\n`)
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
