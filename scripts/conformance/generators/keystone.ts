/** Keystone: logging in, tokens, and reads. What would change who may log in is left alone. */

import fc from 'fast-check'
import type { Question } from '../question.ts'
import { BOOLISH, fields, ODD_RAW, ODD_TEXT, ODD_VALUE, query } from './values.ts'

const domain = fc.constantFrom<unknown>(
  { id: 'default' },
  { name: 'Default' },
  { id: 'nowhere' },
  { name: 'default' },
  {},
  null,
)
const name = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('admin', 'reader', 'nova') },
  { weight: 1, arbitrary: fc.constantFrom('ADMIN', 'nobody') },
  ODD_TEXT,
)
const project = fc.constantFrom('admin', 'demo', 'service', 'none')

const user = fc.oneof(
  { weight: 4, arbitrary: name.map((each) => ({ name: each, domain: { id: 'default' }, password: 'secret' })) },
  fields({
    name,
    domain,
    password: fc.constantFrom('secret', 'wrong', ''),
    id: fc.constantFrom('{user admin}', '{user reader}', 'x'),
  }),
)
const methods = fc.constantFrom<unknown>(
  ['password'],
  ['password'],
  ['token'],
  ['password', 'token'],
  [],
  ['x'],
  ['password', 'password'],
  'password',
)
const identity = fc.oneof(
  { weight: 5, arbitrary: user.map((each) => ({ methods: ['password'], password: { user: each } })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        '{token}',
        '{token spare}',
        '{token unscoped}',
        '{token system}',
        '{token reader unscoped}',
        'x',
        '',
      )
      .map((id) => ({ methods: ['token'], token: { id } })),
  },
  fields({ methods, password: fields({ user }), token: fields({ id: fc.constantFrom('{token}', 'x') }) }),
)
const scope = fc.oneof(
  { weight: 4, arbitrary: project.map((each) => ({ project: { name: each, domain: { id: 'default' } } })) },
  fc.constantFrom<unknown>(
    { project: { id: '{project admin}' } },
    { project: { id: '{project demo}' } },
    { project: { id: 'x' } },
    { domain: { id: 'default' } },
    { system: { all: true } },
    'unscoped',
  ),
  fields({
    project: fields({ name: project, domain, id: fc.constantFrom('{project admin}', 'x') }),
    domain,
    system: fields({ all: BOOLISH }),
    'OS-TRUST:trust': fields({ id: ODD_TEXT }),
  }),
  ODD_VALUE,
)
const auth = fc.oneof(
  { weight: 6, arbitrary: fc.record({ identity, scope }, { requiredKeys: ['identity'] }) },
  fields({ identity, scope }),
  ODD_VALUE,
)
const logIn = fc
  .tuple(
    fc.constantFrom('', '', '?nocatalog', '?nocatalog=0', '?x=y'),
    fc.oneof(
      { weight: 9, arbitrary: auth.map((each) => ({ body: { auth: each } })) },
      { weight: 1, arbitrary: ODD_VALUE.map((body) => ({ body })) },
      { weight: 1, arbitrary: ODD_RAW.map((raw) => ({ raw })) },
    ),
  )
  .map(([sought, sent]): Question => ({ POST: `/auth/tokens${sought}`, at: 'identity', as: 'nobody', ...sent }))

const subject = fc.constantFrom(
  '{token}',
  '{token spare}',
  '{token reader spare}',
  '{token unscoped}',
  '{token system}',
  '{token service}',
  'x',
  '',
)
const token = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'HEAD', 'DELETE', 'POST', 'PATCH', 'OPTIONS'),
    subject,
    fc.constantFrom('', '', '?nocatalog', '?allow_expired=1', '?allow_expired=0'),
  )
  // The tokens that everything is asked with are not taken back.
  .filter(([method, of]) => !(method === 'DELETE' && of === '{token}'))
  .map(
    ([method, of, sought]): Question => ({
      [method]: `/auth/tokens${sought}`,
      at: 'identity',
      headers: { 'X-Subject-Token': of },
    }),
  )

/** But for services and endpoints: each cloud has its own. */
const READS = [
  ...[
    '/',
    '',
    '/auth/catalog',
    '/auth/projects',
    '/auth/domains',
    '/auth/system',
    '/auth/tokens',
    '/users',
    '/users/{user admin}',
    '/users/{user reader}',
  ],
  ...[
    '/users/{user admin}/projects',
    '/users/{user reader}/projects',
    '/users/{user admin}/groups',
    '/users/x',
    '/projects',
    '/projects/{project admin}',
  ],
  ...[
    '/projects/{project demo}',
    '/projects/x',
    '/domains',
    '/domains/default',
    '/domains/x',
    '/roles',
    '/roles/x',
    '/regions',
  ],
  ...[
    '/regions/RegionOne',
    '/role_assignments',
    '/groups',
    '/users/{user reader}/application_credentials',
    '/nothing',
    '/users/{user admin}/nothing',
    '/projects/{project admin}/users/{user admin}/roles',
  ],
]
const read = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'GET', 'HEAD'),
    fc.constantFrom(...READS),
    query({
      name,
      domain_id: fc.constantFrom('default', 'x'),
      enabled: fc.constantFrom('true', 'false', '1', '0', ''),
      type: fc.constantFrom('compute', 'identity', 'x'),
    }),
  )
  .map(([method, path, sought]): Question => ({ [method]: path + sought, at: 'identity' }))

export const keystone: fc.Arbitrary<Question> = fc.oneof(
  { weight: 3, arbitrary: logIn },
  { weight: 2, arbitrary: token },
  { weight: 3, arbitrary: read },
)
