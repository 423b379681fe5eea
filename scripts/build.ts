/** Makes dist/: the command and the library, each in as few files as start quickly, and the types. */

import { execFileSync } from 'node:child_process'
import { chmodSync, readFileSync, rmSync } from 'node:fs'
import { rolldown } from 'rolldown'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

rmSync('dist', { recursive: true, force: true })
const bundle = await rolldown({
  input: { cli: 'src/cli.ts', index: 'src/index.ts' },
  platform: 'node',
  transform: { define: { NOVASIM_VERSION: JSON.stringify(version) }, target: 'node20' },
})
await bundle.write({ dir: 'dist', format: 'esm', chunkFileNames: 'chunks/[name]-[hash].js', comments: { legal: true } })
chmodSync('dist/cli.js', 0o755)

const declarations = ['--noEmit', 'false', '--emitDeclarationOnly', '--declaration', '--outDir', 'dist/types']
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', ...declarations], {
  stdio: 'inherit',
})
