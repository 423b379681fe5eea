/** The commands that talk to a novasim that runs, with their flags. What they do is loaded when one of them is used. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { PROCESS_STATES } from '../cloud/processes.ts'

/** Where novasim listens unless it is said. */
const USUAL_URL = 'http://127.0.0.1:8774'

/** Add them to the program. */
export function addRemoteCommands(program: Command): void {
  // A flag behind a command is its own, and not that of the one which it is part of.
  program.enablePositionalOptions()
  addServices(program)
  addFaults(program)
  addJournal(program)
  addClock(program)
  addSnapshot(program)
  program
    .command('completion')
    .description('print what a shell is to read, so that it completes these commands')
    .helpOption('-h, --help', 'print this')
    .addArgument(program.createArgument('<shell>', 'which').choices(['bash', 'zsh', 'fish', 'powershell']))
    .action(async (shell: string) => (await import('./completion.ts')).printScript(shell))
}

/** The flags that say which novasim is meant. */
export function withRemote(command: Command): Command {
  return command
    .helpOption('-h, --help', 'print this')
    .addOption(
      new Option('--url <url>', 'where novasim listens, or one of its worlds').env('NOVASIM_URL').default(USUAL_URL),
    )
    .addOption(tokenFlag())
    .option('--json', 'print JSON, for programs')
}

/** What control asks for, where it was started with one. */
export function tokenFlag(): Option {
  return new Option('--token <token>', 'its control token').env('NOVASIM_CONTROL_TOKEN')
}

function addServices(program: Command): void {
  const services = withRemote(program.command('services'))
    .description('the compute services of a novasim that runs')
    .helpCommand(false)
    .enablePositionalOptions()
    .option('--host <host>', 'only those on this host')
    .option('--binary <binary>', 'only these: nova-compute, say')
    .action(async (flags) => (await import('./services.ts')).listServices(flags))
  withRemote(services.command('set <service>'))
    .description('change one: binary@host, a UUID or an id; a host alone is its nova-compute')
    .addOption(new Option('--process <state>', 'stopped silences it').choices(PROCESS_STATES))
    .addOption(new Option('--status <status>', 'whether it takes new instances').choices(['enabled', 'disabled']))
    .option('--reason <text>', 'why it is disabled')
    .addOption(new Option('--forced-down <bool>', 'down whatever it reports').choices(['true', 'false']))
    .action(async (name, flags) => (await import('./services.ts')).setService(name, flags))
}

function addFaults(program: Command): void {
  const faults = withRemote(program.command('faults'))
    .description('the rules by which its requests go wrong: list, add, clear')
    .helpCommand(false)
    .enablePositionalOptions()
    .action(async (flags) => (await import('./faults.ts')).listFaults(flags))
  withRemote(faults.command('list'))
    .description('each rule, and how often it came and fired')
    .action(async (flags) => (await import('./faults.ts')).listFaults(flags))
  withRemote(faults.command('add [rule...]'))
    .description("the names of ready-made faults, or rules: '{match: {method: DELETE}, do: {status: 503}}'")
    .option('--file <file>', 'a YAML or JSON file of rules')
    .action(async (rules: string[], flags, command: Command) => {
      if (rules.length === 0 && flags.file === undefined) command.error("error: missing argument 'rule', or --file")
      await (await import('./faults.ts')).addFaults(rules, flags)
    })
  withRemote(faults.command('clear [name...]'))
    .description('take all away, or those that are named')
    .action(async (names, flags) => (await import('./faults.ts')).clearFaults(names, flags))
}

function addJournal(program: Command): void {
  const journal = program.command('journal').description('what it was asked, and what that changed').helpCommand(false)
  const tail = withRemote(journal.helpOption('-h, --help', 'print this').command('tail'))
  tail
    .description('the latest entries, and those to come')
    .option('-n, --lines <number>', 'how many of those that are there', wholeCount, 10)
    .option('--no-follow', 'do not wait for more')
  const words = { operation: 'os-services:delete', host: 'host1', status: '4xx', user: 'admin', method: 'PUT' }
  for (const [word, example] of Object.entries({ ...words, path: '/os-services/*', fault: 'conflict' }))
    tail.option(`--${word} <${word}...>`, `only of these: ${example}, say`)
  tail.action(async (flags) => (await import('./journal.ts')).tailJournal(flags))
}

function addClock(program: Command): void {
  const clock = withRemote(program.command('clock'))
    .description("its world's time: read it, set it, let it pass")
    .helpCommand(false)
    .enablePositionalOptions()
    .action(async (flags) => (await import('./clock.ts')).showClock(flags))
  withRemote(clock.command('advance <duration>'))
    .description('let time pass: 61s, 500ms, 2h, or a number of seconds')
    .action(async (by, flags) => (await import('./clock.ts')).advanceClock(by, flags))
  withRemote(clock.command('set'))
    .description('set it')
    .addOption(new Option('--mode <mode>', 'whether it goes by itself').choices(['real', 'manual']))
    .option('--rate <number>', 'how many seconds pass in one', Number)
    .option('--now <time>', '2026-01-01T00:00:00Z')
    .action(async (flags) => (await import('./clock.ts')).setClock(flags))
}

function addSnapshot(program: Command): void {
  const snapshot = withRemote(program.command('snapshot'))
    .description('moments of its world that are kept: list, make, restore, forget')
    .helpCommand(false)
    .enablePositionalOptions()
    .action(async (flags) => (await import('./snapshot.ts')).listSnapshots(flags))
  withRemote(snapshot.command('list'))
    .description('those that are kept')
    .action(async (flags) => (await import('./snapshot.ts')).listSnapshots(flags))
  withRemote(snapshot.command('make [id]'))
    .description('keep this moment: cloud, clock, chance, logins, faults, journal')
    .action(async (id, flags) => (await import('./snapshot.ts')).makeSnapshot(id, flags))
  withRemote(snapshot.command('restore <id>'))
    .description('return to one')
    .action(async (id, flags) => (await import('./snapshot.ts')).restoreSnapshot(id, flags))
  withRemote(snapshot.command('forget <id>'))
    .description('keep it no longer')
    .action(async (id, flags) => (await import('./snapshot.ts')).forgetSnapshot(id, flags))
}

function wholeCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is not a whole number.')
  return Number(text)
}
