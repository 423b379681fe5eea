/** The real clients in Python against a running novasim: the tests are those under `python/`, and pytest runs them. */

import { startNovasim } from './novasim.ts'
import { runPytest } from './pytest.ts'
import { reportEach } from './run.ts'

await using novasim = await startNovasim()
const { results, ended } = await runPytest(novasim)
reportEach(results, ended)
