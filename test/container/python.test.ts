/** The example of docs/python.md that needs an engine: testcontainers of Python, and the image. */

import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { installPython } from '../clients/environment.ts'
import { run } from '../clients/run.ts'
import { buildImage, IMAGE } from './docker.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

beforeAll(buildImage)

test('docs/python.md: testcontainers', { timeout: 240_000 }, async () => {
  const environment = await installPython(join(ROOT, 'test/clients/python/requirements.txt'))
  const { code, stdout, stderr } = await run(
    join(environment, 'bin', 'python'),
    ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'container'],
    {
      cwd: join(ROOT, 'examples/python'),
      env: {
        ...process.env,
        NOVASIM_IMAGE: IMAGE,
        // Its helper would have to be pulled, and what the test starts it ends.
        TESTCONTAINERS_RYUK_DISABLED: 'true',
        PYTHONDONTWRITEBYTECODE: '1',
      },
    },
  )
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/^1 passed/m)
})
