/** Shell completion: the scripts of the shells, and what they ask while somebody types. */

import tab from '@bomb.sh/tab'
import completed from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { READY_MADE } from '../faults/catalogue.ts'

/** Print the script that a shell is to read: `source <(novasim completion bash)`. */
export function printScript(shell: string): void {
  tab.setup('novasim', 'novasim', shell)
}

/** Add `novasim complete -- words`, which the scripts run: it knows every command, every flag and what they may be. */
export function addComplete(program: Command): void {
  const { commands } = completed(program)
  const rules = commands.get('faults add')?.arguments.get('rule')
  if (rules) {
    rules.handler = (complete) => {
      for (const [name, { looks }] of Object.entries(READY_MADE)) complete(name, looks)
    }
  }
}
