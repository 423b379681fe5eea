/** schemathesis makes requests up from the document of the control routes, and holds each answer to it. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/control/described.ts'
import { whyNot } from './available.ts'
import { installPython } from './environment.ts'
import { startNovasim } from './novasim.ts'
import { run } from './run.ts'

const obstacle = whyNot('python')
if (obstacle) throw new Error(`Cannot run schemathesis: ${obstacle}.`)

const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'use_after_free',
  'ensure_resource_availability',
]

/** So many for each operation, beside those of its coverage phase: some 14,000 in all. */
const EXAMPLES = 20

/** The one does not end; the other is the document, which schemathesis asks for beforehand and not again. */
const LEFT_OUT = ['/journal/stream', '/openapi.json']

test('no server error, and no answer outside the document', { timeout: 400_000 }, async () => {
  const environment = await installPython(fileURLToPath(new URL('openapi-requirements.txt', import.meta.url)))
  await using novasim = await startNovasim(['--clock', 'manual'])
  const folder = mkdtempSync(join(tmpdir(), 'novasim-openapi-'))
  try {
    const { code, stdout, stderr } = await run(
      join(environment, 'bin', 'st'),
      [
        ...['run', `${novasim.url}/_novasim/openapi.json`, ...LEFT_OUT.flatMap((path) => ['--exclude-path', path])],
        ...['--checks', CHECKS.join(','), '--max-examples', String(EXAMPLES), '--seed', '1'],
        ...['--request-timeout', '10', '--warnings', 'off', '--continue-on-failure'],
      ],
      { cwd: folder, env: { ...process.env, NO_COLOR: '1' } },
    )
    expect(code, `${stdout.slice(-20_000)}${stderr}`).toBe(0)
    expect(stdout).toContain(`Tested: ${Object.keys(ROUTES).length - LEFT_OUT.length}`)
    expect(stdout).toContain('No issues found')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
