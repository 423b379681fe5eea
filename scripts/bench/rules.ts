/** Many rules of faults, as people write them, of several kinds, none of which is about what the bench asks for. */

const KINDS: ((number: number) => object)[] = [
  (number) => ({ operation: 'os-services:delete', host: `other${number}` }),
  (number) => ({ operation: 'os-services:list', query: { host: `other${number}` } }),
  (number) => ({ method: 'PUT', path: '/os-services/*', body: { host: `other${number}` } }),
  (number) => ({ path: `/os-services/${100_000 + number}` }),
  (number) => ({ user: `user${number}` }),
  (number) => ({ header: { 'x-test': `run-${number}` } }),
  (number) => ({ operation: 'tokens:issue', user: `robot${number}` }),
  (number) => ({ method: ['PATCH', 'DELETE'], nth: 500_000 + number }),
]

export function manyRules(count: number): { match: object; do: { status: number; message: string } }[] {
  return Array.from({ length: count }, (_, number) => ({
    match: KINDS[number % KINDS.length]?.(number) ?? {},
    do: { status: 503, message: 'x' },
  }))
}
