#!/usr/bin/env node
/** The command, as soon as Node knows where it keeps what it has compiled: the second start is quicker by an eighth. */

import * as nodeModule from 'node:module'

// Node 20 has none. Who wants none sets NODE_DISABLE_COMPILE_CACHE.
nodeModule.enableCompileCache?.()
await import('./program.ts')
