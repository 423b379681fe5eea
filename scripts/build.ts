/** Makes dist/: the command and the library, each in as few files as start quickly, and the types. */

import { execFileSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

/** What can be imported; beside it there is the command. */
const ENTRIES = ['index', 'vitest', 'testcontainers']

const { version, dependencies, peerDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as Package

/**
 * Node's own modules are required rather than imported, and that when something in them is first used. An import reads every export
 * there is, also those that are made when they are first read: of `node:http` that is `WebSocket`, which loads the whole of undici,
 * 14 MB that a server needs nothing of. And of OpenSSL, 2 MB, a cloud without servers needs nothing either.
 */
const requireBuiltins: Plugin = {
  name: 'require-builtins',
  resolveId: (id, _, { kind }) =>
    id.startsWith('node:') && id !== 'node:module' && kind !== 'require-call' ? `\0${id}` : undefined,
  load: (id) => (id.startsWith('\0node:') ? whenUsed(id.slice(1)) : undefined),
}

function whenUsed(id: string): string {
  return `
    let loaded
    const load = () => (loaded ??= require(${JSON.stringify(id)}))
    module.exports = new Proxy({}, {
      get: (_, name) => load()[name],
      ownKeys: () => Reflect.ownKeys(load()),
      getOwnPropertyDescriptor: (_, name) => ({ ...Reflect.getOwnPropertyDescriptor(load(), name), configurable: true }),
    })`
}

/** What every start loads, in one file: to find and read each of thirty costs more than what is in most of them. */
const atStart = new Set<string>()
const collectStart: Plugin = {
  name: 'collect-start',
  buildEnd() {
    const collect = (id: string) => {
      if (atStart.has(id)) return
      atStart.add(id)
      for (const next of this.getModuleInfo(id)?.importedIds ?? []) collect(next)
    }
    collect(resolve('src/emulator.ts'))
    for (const id of this.getModuleIds()) if (id.startsWith('\0')) atStart.add(id)
  },
}

/** One character that is no byte makes V8 keep the whole file with two bytes for each. */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle(_, files) {
    for (const file of Object.values(files)) {
      if (file.type === 'chunk') file.code = file.code.replaceAll(/[^\0-\x7f]/g, escaped)
    }
  },
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

rmSync('dist', { recursive: true, force: true })
const bundle = await rolldown({
  input: Object.fromEntries(['cli', ...ENTRIES].map((name) => [name, `src/${name}.ts`])),
  platform: 'node',
  // What some of the files import that are loaded later is no less loaded later.
  checks: { ineffectiveDynamicImport: false },
  plugins: [requireBuiltins, collectStart, asciiOnly],
  // What few runs want is a dependency, and of a peer a second copy would be another one; all else is inside.
  external: Object.keys({ ...dependencies, ...peerDependencies }).map((name) => new RegExp(`^${name}(/|$)`)),
  transform: { define: { NOVASIM_VERSION: JSON.stringify(version) }, target: 'node20' },
})
const { output } = await bundle.write({
  dir: 'dist',
  format: 'esm',
  chunkFileNames: 'chunks/[name]-[hash].js',
  codeSplitting: { groups: [{ name: 'start', test: (id) => atStart.has(id) }] },
  comments: { legal: true },
  // Small to install and quick to read.
  minify: true,
})
chmodSync('dist/cli.js', 0o755)
writeFileSync('dist/licences.txt', licencesOf(output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))))

const declarations = ['--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--stripInternal', '--noCheck']
execFileSync(
  process.execPath,
  ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...declarations, '--outDir', 'dist/types'],
  { stdio: 'inherit' },
)
dropUnseen(ENTRIES.map((name) => `dist/types/${name}.d.ts`))

interface Package {
  version: string
  dependencies: Record<string, string>
  peerDependencies: Record<string, string>
}

/** What the packages whose code is in the bundle want to be said wherever it goes. */
function licencesOf(modules: string[]): string {
  const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? [])
  return [...new Set(folders)]
    .toSorted()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package & {
        name: string
      }
      const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each))
      if (!file) throw new Error(`${name} has no file with its licence`)
      return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** Of the declarations keep those that the entries name, directly or not: nobody sees the others. */
function dropUnseen(entries: string[]): void {
  const seen = new Set<string>()
  const see = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    // The compiler rewrites what is imported in code alone.
    const text = readFileSync(file, 'utf8').replaceAll(/((?:from |import\()['"]\.[^'"]+)\.ts(?=['"])/g, '$1.js')
    writeFileSync(file, text)
    for (const [, specifier = ''] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.js['"]/g)) {
      see(join(dirname(file), `${specifier}.d.ts`))
    }
  }
  for (const entry of entries) see(entry)
  for (const entry of readdirSync('dist/types', { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    if (entry.isFile() && !seen.has(file)) rmSync(file)
  }
}
