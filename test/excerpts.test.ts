/** The code in the pages is the code that the tests run: each block names the file, and the region in it, that it is taken from. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'

/** `<!-- examples/typescript/vitest.test.ts#fixture -->`, and the block behind it. Without a region it is the whole file. */
const EXCERPT = /<!-- (\S+?\.\w+)(?:#([\w-]+))? -->\n```(\w*)\n([\s\S]*?)```/g

const pages = readdirSync('docs')
  .filter((name) => name.endsWith('.md'))
  .map((name) => `docs/${name}`)
const withExcerpts = pages.filter((page) => readFileSync(page, 'utf8').match(EXCERPT))

test('there are pages with code that is run', () => {
  expect(withExcerpts).toEqual(
    expect.arrayContaining(['docs/node-test.md', 'docs/testcontainers.md', 'docs/typescript.md']),
  )
})

test.each(withExcerpts)('the code of %s is that of the files it names', (page) => {
  const text = readFileSync(page, 'utf8')
  const current = text.replaceAll(EXCERPT, (_, file: string, region: string | undefined, language: string) => {
    const mark = `<!-- ${file}${region === undefined ? '' : `#${region}`} -->`
    return `${mark}\n\`\`\`${language}\n${excerpt(file, region)}\`\`\``
  })
  if (process.env.UPDATE_DOCS) writeFileSync(page, current)
  else expect(text, 'UPDATE_DOCS=1 npm test -- test/excerpts writes it anew').toBe(current)
})

/** From `#region name` to `#endregion`, moved to the left. @throws when there is no such file or region */
function excerpt(file: string, region: string | undefined): string {
  const lines = readFileSync(file, 'utf8').split('\n')
  if (region === undefined) return lines.join('\n')
  const from = lines.findIndex((line) => line.trim().endsWith(`#region ${region}`))
  const to = lines.findIndex((line, index) => index > from && line.trim().endsWith('#endregion'))
  if (from < 0 || to < 0) throw new Error(`${file} has no region "${region}"`)
  const inside = lines.slice(from + 1, to)
  const margin = Math.min(
    ...inside.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length),
  )
  return `${inside.map((line) => line.slice(margin)).join('\n')}\n`
}
