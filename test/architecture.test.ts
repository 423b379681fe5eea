import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'

/** Each room, and the rooms it may look into. Anything not listed here is not allowed. */
const MAY_IMPORT: Record<string, string[]> = {
  cloud: [],
  http: ['reading'],
  python: [],
  reading: [],
  faults: ['cloud', 'http', 'reading'],
  keystone: ['cloud', 'http', 'python'],
  nova: ['cloud', 'http', 'python'],
  placement: ['cloud', 'http', 'python'],
  glance: ['cloud', 'http', 'python'],
  recordings: ['cloud', 'http', 'python', 'reading'],
  scenarios: ['cloud', 'reading', 'faults'],
  worlds: [
    'cloud',
    'http',
    'python',
    'reading',
    'faults',
    'keystone',
    'nova',
    'placement',
    'glance',
    'scenarios',
    'recordings',
  ],
  handles: [],
  commands: ['cloud', 'reading', 'faults', 'scenarios', 'handles'],
  control: ['cloud', 'http', 'reading', 'faults', 'worlds', 'scenarios', 'recordings'],
}

const sources = (readdirSync('src', { recursive: true }) as string[])
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file))

test.each(sources.filter(roomOf))('%s looks only into rooms below it', (file) => {
  const room = roomOf(file)!
  expect(MAY_IMPORT, `the room "${room}" is missing from the map`).toHaveProperty(room)
  for (const specifier of importsOf(file).filter((it) => it.startsWith('.'))) {
    const other = roomOf(join(dirname(file), specifier))
    expect(other, `${file} imports ${specifier}, which is in no room`).toBeDefined()
    if (other !== room) expect(MAY_IMPORT[room], `${file} imports ${specifier}`).toContain(other)
  }
})

test('cloud/ uses no package and no Node module', () => {
  const files = sources.filter((file) => roomOf(file) === 'cloud')
  expect(files.length).toBeGreaterThan(5)
  expect(files.flatMap(importsOf).filter((it) => !it.startsWith('.'))).toEqual([])
})

test('cloud/ has no wall clock and no chance of its own', () => {
  const files = sources.filter((file) => roomOf(file) === 'cloud')
  const found = files.filter((file) =>
    /Date\.now\(|new Date\(\)|Math\.random|crypto\./.test(readFileSync(file, 'utf8')),
  )
  expect(found).toEqual([])
})

test('nothing that is published speaks of the place where it was written', () => {
  const files = [...sources, 'README.md', 'package.json', 'package-lock.json', 'CONTRIBUTING.md', 'CHANGELOG.md']
  const found = files.filter((file) =>
    /\.\.\/shared|\/work\/|\/root\/|registry\.npmjs|"resolved":/.test(readFileSync(file, 'utf8')),
  )
  expect(found).toEqual([])
})

test('the reader of imports sees every form of one', () => {
  const forms = [
    "import 'a'",
    "import x from 'b'",
    "export * from 'c'",
    "await import('d')",
    "import type { X } from 'e'",
  ]
  expect(specifiersIn(forms.join('\n'))).toEqual(['a', 'b', 'c', 'd', 'e'])
})

/** 'src/nova/app.ts' is in the room 'nova'; a file at the top of src is in none, and may import any. */
function roomOf(file: string): string | undefined {
  const [room, ...rest] = relative('src', file).split('/')
  return rest.length > 0 ? room : undefined
}

function importsOf(file: string): string[] {
  return specifiersIn(readFileSync(file, 'utf8'))
}

/** Every specifier in `import`, `export … from` and `import()`. */
function specifiersIn(text: string): string[] {
  return [...text.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1]!)
}
