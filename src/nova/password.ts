/** The password of an administrator that a server is made with, when nobody has named one. */

import { createChance } from '../cloud/ids.ts'

/** Without what is mistaken for something else: 0, 1, I, O, l. nova/utils.py `DEFAULT_PASSWORD_SYMBOLS` */
const SYMBOLS = ['23456789', 'ABCDEFGHJKLMNPQRSTUVWXYZ', 'abcdefghijkmnopqrstuvwxyz']
/** Nova's `password_length`. */
const LENGTH = 12

/**
 * Twelve characters, at least one of each kind; the same server always has the same.
 *
 * @see nova/utils.py `generate_password`
 */
export function passwordFor({ uuid }: { uuid: string }): string {
  const { next } = createChance(0, `password of ${uuid}`)
  const one = (symbols: string) => symbols.charAt(next() % symbols.length)
  const password = SYMBOLS.map(one)
  while (password.length < LENGTH) password.splice(next() % (password.length + 1), 0, one(SYMBOLS.join('')))
  return password.join('')
}
