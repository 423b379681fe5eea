/**
 * Writes docs/api from the doc comments: `npm run api`. With `--check` it writes nothing, and fails when docs/api is not current.
 * typedoc reads with a TypeScript before 7, so it lives in a folder of its own, .cache/typedoc, and is installed when it is missing.
 */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const TOOLS = { typedoc: '0.28.20', 'typedoc-plugin-markdown': '4.14.1', typescript: '6.0.3' }
const HOME = '.cache/typedoc'
const ENTRIES = ['src/index.ts', 'src/vitest.ts', 'src/testcontainers.ts']

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } })

install()
const out = values.check ? mkdtempSync(join(tmpdir(), 'novasim-api-')) : 'docs/api'
generate(out)
if (values.check) {
  const stale = differing('docs/api', out)
  rmSync(out, { recursive: true })
  if (stale.length > 0) {
    process.stderr.write(`docs/api is not current: ${stale.join(', ')}. npm run api writes it anew\n`)
    process.exitCode = 1
  }
}

function install(): void {
  const wanted = JSON.stringify({ private: true, dependencies: TOOLS })
  const file = join(HOME, 'package.json')
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted && existsSync(join(HOME, 'node_modules/typedoc')))
    return
  mkdirSync(HOME, { recursive: true })
  writeFileSync(file, wanted)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: HOME, stdio: 'inherit' })
}

function generate(folder: string): void {
  const files = ENTRIES.map((entry) => join(process.cwd(), entry))
  const options = { extends: join(process.cwd(), 'tsconfig.json'), compilerOptions: { noEmit: true }, files }
  writeFileSync(join(HOME, 'tsconfig.json'), JSON.stringify(options))
  const entries = ENTRIES.flatMap((entry) => ['--entryPoints', entry])
  const hidden = ['--excludeInternal', '--excludePrivate', '--excludeExternals', '--disableSources', '--hideGenerator']
  const form = ['--plugin', 'typedoc-plugin-markdown', '--outputFileStrategy', 'modules', '--readme', 'none']
  const typedoc = join(HOME, 'node_modules/typedoc/bin/typedoc')
  const rest = [
    '--tsconfig',
    join(HOME, 'tsconfig.json'),
    '--skipErrorChecking',
    '--treatWarningsAsErrors',
    '--logLevel',
    'Warn',
  ]
  execFileSync(process.execPath, [typedoc, ...form, ...entries, ...hidden, ...rest, '--out', folder], {
    stdio: 'inherit',
  })
}

/** The names of the files that are not the same in both folders, or not in both. */
function differing(one: string, other: string): string[] {
  const names = new Set([one, other].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : [])))
  const text = (folder: string, name: string) => {
    const file = join(folder, name)
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined
  }
  return [...names].filter((name) => text(one, name) !== text(other, name))
}
