/** Values that are not what a field wants, versions in every form, and headers that get in the way. */

import fc from 'fast-check'

/** Texts that a name, a reason or an id may be, by people who mean harm or none. */
export const ODD_TEXT = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    'a',
    'A',
    '0',
    '-1',
    'null',
    'None',
    'true',
    'False',
    '\n',
    'x\n',
    ' x ',
    '\t',
    '%',
    "'",
    '"',
    '\\',
  ),
  fc.constantFrom(
    'é',
    'ß',
    '中',
    '\u00a0',
    '\u200b',
    '\u2028',
    '😀',
    '\ud83d',
    '\u0000',
    '\u0085',
    '\x1f',
    '\x7f',
    '../..',
    '<b>',
  ),
  fc.constantFrom('x'.repeat(255), 'x'.repeat(256), 'é'.repeat(255), `${'x'.repeat(254)}\n`),
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
)

const ODD_NUMBER = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 1.5, -0.5, 1e21, 1e-7, 2 ** 31, 2 ** 53, 1e300),
  fc.integer({ min: -1000, max: 1000 }),
)

/** Any JSON, small. */
export const ODD_VALUE: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: ODD_TEXT },
  { weight: 2, arbitrary: ODD_NUMBER },
  { weight: 3, arbitrary: fc.constantFrom(null, true, false, [], {}) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
)

/** What passes for a boolean with Nova, and what nearly does. */
export const BOOLISH: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.boolean() },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      ...['true', 'True', 'TRUE', 'tRue', '1', 'on', 'On', 'yes', 'YES', 't', 'y', 'f', 'n'],
      ...['false', 'False', '0', 'off', 'no', 'NO', 0, 1, 2, 0.0, 1.0, null, '', ' true', 'true ', 'true\n'],
    ),
  },
  { weight: 1, arbitrary: ODD_VALUE },
)

/** A body that is no JSON, or JSON that no client would write. */
export const ODD_RAW = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\n',
    '{',
    '}',
    '[',
    ']',
    '{}',
    '[]',
    '""',
    '"x"',
    'null',
    'true',
    '1',
    '1.5',
    '-',
    'NaN',
    '[NaN]',
  ),
  fc.constantFrom(
    '{"a": }',
    '{"a" 1}',
    '{a: 1}',
    "{'a': 1}",
    '{"a": 1,}',
    '[1,]',
    '[1 2]',
    '{"a": 1} x',
    '{"a": "',
    '{"a": "\n"}',
  ),
  fc.constantFrom(
    '\ufeff{}',
    '{"a": 1, "a": 2}',
    '{"a": \\u0041}',
    '{"a": "\\x"}',
    '{"a": "\\ud83d"}',
    '{"a": 01}',
    '{"a": .5}',
    '{"a": 1.}',
  ),
  fc.constantFrom(
    '{"a": Infinity}',
    '{"a": -Infinity}',
    '{"a": 1e999}',
    '{"\\u0000": 1}',
    '{"": {}}',
    '[[[[[[]]]]]]',
    'a=1&b=2',
    '<xml/>',
  ),
  fc.json({ maxDepth: 2 }),
  fc.string({ maxLength: 10 }),
)

/** The minor numbers at which something changes for the paths that are asked, and those before them. */
const TURNS = [1, 2, 10, 11, 15, 22, 33, 46, 52, 53, 54, 68, 69, 74, 75, 87, 88, 95, 100, 103, 104]

const VERSION = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...TURNS).map((minor) => `2.${minor}`) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 104 }).map((minor) => `2.${minor}`) },
  { weight: 1, arbitrary: fc.constant('latest') },
)
const ODD_VERSION = fc.constantFrom(
  ...[
    '2.0',
    '2.105',
    '2.999',
    '3.0',
    '3.1',
    '1.1',
    '0.1',
    '2',
    '2.',
    '.1',
    '2.01',
    '02.1',
    '2.1.1',
    '2,53',
    'bad',
    'Latest',
    'LATEST',
  ],
  ...[
    '-2.1',
    '2.-1',
    '+2.53',
    '2.5_3',
    '２.53',
    '2.53a',
    '2.53 2.11',
    'compute 2.53',
    '2 .53',
    '2.53;',
    '""',
    '2.1e1',
    'v2.53',
  ],
)

/** The headers by which a version is asked for; none for those that ask for none. */
export const VERSION_HEADERS: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 14, arbitrary: VERSION.map(standard) },
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: VERSION.map((version) => ({ 'X-OpenStack-Nova-API-Version': version })) },
  { weight: 1, arbitrary: ODD_VERSION.map(standard) },
  { weight: 1, arbitrary: ODD_VERSION.map((version) => ({ 'X-OpenStack-Nova-API-Version': version })) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(VERSION, VERSION)
      .map(([one, other]) => ({ ...standard(one), 'X-OpenStack-Nova-API-Version': other })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        VERSION,
        VERSION,
        fc.constantFrom(
          ...[
            'volume 3.5, compute V',
            'compute V, volume 3.5',
            'compute V, compute W',
            'COMPUTE V',
            'Compute  V',
            'compute\tV',
          ],
          ...[
            'nova V',
            'V',
            'compute',
            'compute ',
            ',',
            'compute V,',
            ',compute V',
            'compute V W',
            'placement V',
            'computeV',
            'compute,V',
          ],
        ),
      )
      .map(([one, other, form]) => ({ 'OpenStack-API-Version': form.replace('V', one).replace('W', other) })),
  },
)

function standard(version: string): Record<string, string> {
  return { 'OpenStack-API-Version': `compute ${version}` }
}

const ACCEPT = fc.constantFrom(
  ...[
    '*/*',
    '',
    'text/html',
    'text/plain',
    'application/xml',
    'application/json;q=0.5, text/html',
    'text/html, application/json;q=0.9',
  ],
  ...[
    'application/vnd.openstack.compute+json',
    'application/vnd.openstack.compute+json;version=2.1',
    'application/*',
    'garbage',
    ',',
  ],
  ...[
    'application/json; charset=utf-8',
    'application/json;version=2',
    'text/*;q=0',
    'application/json;q=0',
    'APPLICATION/JSON',
    '*/*;q=0.1',
  ],
)
const CONTENT_TYPE = fc.constantFrom(
  ...[
    'text/plain',
    'application/xml',
    'application/json; charset=utf-8',
    'application/json;charset=latin-1',
    'APPLICATION/JSON',
    '',
  ],
  ...[
    'application/vnd.openstack.compute+json',
    'multipart/form-data',
    'application',
    'application/json;version=2.1',
    'application/json,text/plain',
  ],
)

/** Headers beside those of the version: mostly none. Not `X-Forwarded-…`, which novasim minds as a Nova behind a proxy is set up to. */
export const ODD_HEADERS: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: ACCEPT.map((accept) => ({ Accept: accept })) },
  { weight: 2, arbitrary: CONTENT_TYPE.map((type) => ({ 'Content-Type': type })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { 'X-Service-Token': '{token service}' },
      { 'X-Service-Token': 'nonsense' },
      { 'X-Service-Token': '{token}' },
      { 'X-OpenStack-Request-ID': 'req-00000000-0000-4000-8000-000000000000' },
      { Origin: 'http://elsewhere.example' },
      { 'Accept-Language': 'de, en;q=0.5' },
      { 'X-Roles': 'admin', 'X-User-Id': 'x', 'X-Identity-Status': 'Confirmed' },
      { 'X-HTTP-Method-Override': 'DELETE' },
      { Expect: 'x' },
      { 'If-None-Match': '*' },
      { Range: 'bytes=0-3' },
    ),
  },
)

/** Who asks: mostly the administrator. */
export const ASKER: fc.Arbitrary<{ as?: string; headers?: Record<string, string> }> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  { weight: 4, arbitrary: fc.constantFrom('reader', 'nobody', 'stranger').map((as) => ({ as })) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom('unscoped', 'system', 'spare', 'reader spare', 'reader unscoped', 'service')
      .map((name) => ({ as: 'nobody', headers: { 'X-Auth-Token': `{token ${name}}` } })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Record<string, string>>(
        { 'X-Auth-Token': '' },
        { 'X-Auth-Token': ' {token} ' },
        { 'X-Auth-Token': '{token}x' },
        { 'X-Storage-Token': '{token}' },
        { Authorization: 'Bearer {token}' },
      )
      .map((headers) => ({ as: 'nobody', headers })),
  },
)

/** A query; `known` are the parameters that mean something at the path, with values that do. */
export function query(known: Record<string, fc.Arbitrary<string>>): fc.Arbitrary<string> {
  const pair = fc.oneof(
    ...Object.entries(known).map(([name, values]) => ({
      weight: 4,
      arbitrary: values.map((value) => `${name}=${encodeURIComponent(value.toWellFormed())}`),
    })),
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...[
          'foo=bar',
          'limit=1',
          'limit=-1',
          'limit=x',
          'marker=x',
          'all_tenants=1',
          '=',
          '&',
          'a',
          '%',
          '%zz=1',
          'a=%FF',
          'a=%00',
          '+=+',
        ],
        ...['host[]=x', 'HOST=host1', 'sort_key=id', 'fields=id', 'a=1;b=2', '?', 'a=b=c', 'é=é', '%C3%A9=1'],
      ),
    },
  )
  return fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length === 0 ? '' : `?${pairs.join('&')}`))
}

/** A record of which each field is right, wrong, or not there. */
export function fields(right: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const names = Object.keys(right)
  return fc
    .record(Object.fromEntries(Object.entries(right).map(([name, value]) => [name, oftenRight(value)])), {
      requiredKeys: [],
    })
    .chain((made) =>
      fc.oneof(
        { weight: 8, arbitrary: fc.constant(made) },
        {
          weight: 1,
          arbitrary: fc
            .tuple(
              fc.oneof(ODD_TEXT, fc.constantFrom('foo', 'id', ...names.map((name) => name.toUpperCase()))),
              ODD_VALUE,
            )
            .map(([name, value]) => ({ ...made, [name]: value })),
        },
      ),
    )
}

function oftenRight(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 7, arbitrary: value }, { weight: 1, arbitrary: ODD_VALUE })
}
