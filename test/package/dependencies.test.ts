/** docs/dependencies.md says what novasim is made with, as the lock file and the bundle have it. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

interface Locked {
  license?: string
  dependencies?: Record<string, string>
  hasInstallScript?: boolean
  resolved?: string
}

const read = (file: string) => readFileSync(file, 'utf8')
const manifest = JSON.parse(read('package.json')) as { dependencies: Record<string, string>; allowScripts: object }
const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
const page = read('docs/dependencies.md')

const locked = (name: string): Locked => packages[`node_modules/${name}`] ?? {}

/** Name and licence of each row of a table, by what stands above its first column. */
function rowsOf(heading: string): [string, string][] {
  const [, table = ''] = page.split(`| ${heading} |`)
  const [rows = ''] = table.split('\n\n')
  return [...rows.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map((match) => [match[1] ?? '', match[2] ?? ''])
}

const withLicence = (name: string): [string, string] => [name, locked(name).license ?? 'none']

/** A package and what it needs. */
function reach(names: string[], seen = new Set<string>()): Set<string> {
  for (const name of names.filter((each) => !seen.has(each) && `node_modules/${each}` in packages)) {
    seen.add(name)
    reach(Object.keys(locked(name).dependencies ?? {}), seen)
  }
  return seen
}

test('the packages that come with it are listed, with their licences', () => {
  expect(rowsOf('installed with it')).toEqual(Object.keys(manifest.dependencies).toSorted().map(withLicence))
})

test('the packages in the bundle are listed, and what their licences want said is in it', () => {
  const said = [...read('dist/licences.txt').matchAll(/^([@\w/-]+) \d+\.\d+\.\d+$/gm)].map((match) => match[1] ?? '')
  expect(said.length).toBeGreaterThan(3)
  expect(rowsOf('in the bundle')).toEqual(said.map(withLicence))
  for (const word of ['Permission is hereby granted', 'Copyright (c)'])
    expect(read('dist/licences.txt')).toContain(word)
})

test('what an installation brings is as many as the page says, under no other licence, with no script to install', () => {
  const brought = [...reach(Object.keys(manifest.dependencies))]
  expect(page).toContain(`an installation brings: ${brought.length} packages`)
  for (const name of brought) {
    expect(locked(name).license, name).toMatch(/^(?:MIT|ISC|Apache-2\.0)$/)
    expect(locked(name).hasInstallScript, name).toBeUndefined()
  }
})

test('the packages whose scripts npm may run to work on it are those that the page names', () => {
  const scripted = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript)
  for (const path of scripted) expect(page).toContain(`\`${path.replace(/^.*node_modules\//, '')}\``)
  expect(Object.keys(manifest.allowScripts)).toEqual(['node'])
})
