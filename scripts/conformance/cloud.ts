/** A cloud that questions are put to: where its services are, who may ask, and what its ids are called. */

import type { OwnWords } from './naming.ts'
import { askedOf, type Question } from './question.ts'
import { type Answer, send } from './wire.ts'

export interface Login {
  /** Keystone's address, with or without /v3. */
  authUrl: string
  user: string
  password: string
  project: string
}

/** Somebody who may log in, and to what. */
interface Guest {
  user: string
  password?: string
  /** A project's name, or a scope as Keystone has it; none for an unscoped token. */
  scope?: string | object
}

/** Tokens that a question may name as `{token NAME}`; each is got when it is first named. */
const GUESTS: Record<string, Guest> = {
  unscoped: { user: 'admin' },
  system: { user: 'admin', scope: { system: { all: true } } },
  // As fixtures/nova and fixtures/keystone call them.
  reader: { user: 'reader', scope: 'demo' },
  'admin unscoped': { user: 'admin' },
  'admin system': { user: 'admin', scope: { system: { all: true } } },
  'admin domain': { user: 'admin', scope: { domain: { id: 'default' } } },
  'nova service': { user: 'nova', scope: 'service' },
  spare: { user: 'admin', scope: 'admin' },
  'reader spare': { user: 'reader', scope: 'demo' },
  'reader unscoped': { user: 'reader' },
  service: { user: 'nova', scope: 'service' },
}

export class AskedCloud {
  /** Without a trailing slash; Keystone's with /v3, Nova's with /v2.1. */
  readonly addresses: { identity: string; compute: string; placement: string | undefined }
  /** By who asks. */
  readonly tokens: Map<string, string>
  /** What stands in questions: `uuid nova-compute@host1`. */
  readonly ids = new Map<string, string>()

  private constructor(addresses: AskedCloud['addresses'], tokens: Map<string, string>) {
    this.addresses = addresses
    this.tokens = tokens
  }

  /** @throws {Error} that says which address did not answer, or let nobody in */
  static async enter({ authUrl, user, password, project }: Login): Promise<AskedCloud> {
    const identity = authUrl.replace(/\/+$/, '').replace(/(\/v3)?$/, '/v3')
    const admin = await logIn(identity, { user, password, scope: project })
    const catalog = JSON.parse(admin.text).token.catalog as Catalog
    const addressOf = (type: string) =>
      catalog
        .find((each) => each.type === type)
        ?.endpoints.find((each) => each.interface === 'public')
        ?.url.replace(/\/+$/, '')
    const compute = addressOf('compute')
    if (!compute) throw new Error(`the catalogue at ${identity} has no Nova`)
    const reader = await logIn(identity, { user: 'reader', scope: 'demo' })
    const tokens = new Map([
      ['admin', tokenIn(admin)],
      ['reader', tokenIn(reader)],
      ['stranger', 'not-a-token'],
    ])
    const cloud = new AskedCloud({ identity, compute, placement: addressOf('placement') }, tokens)
    await cloud.learnPeople()
    await cloud.learn()
    return cloud
  }

  /** Ask, with names filled in. */
  async ask(question: Question): Promise<Answer> {
    for (const name of namesIn(question)) if (name.startsWith('token ')) await this.guest(name.slice('token '.length))
    const { to, sent } = askedOf(question, (each) => this.fill(each), this.tokens)
    const { identity, compute, placement } = this.addresses
    const base = { identity, compute, root: compute.replace(/\/v2\.1$/, ''), placement: placement ?? compute }[to]
    return send(base, sent)
  }

  /** The names in a question that stand for nothing here. Tokens that can be had are got. */
  async unknownIn(question: Question): Promise<string[]> {
    const names = namesIn(question)
    for (const name of names) if (name.startsWith('token ')) await this.guest(name.slice('token '.length))
    return names.filter((name) => !this.ids.has(name))
  }

  /** Ask Nova as its administrator, for what is to be known. @throws when it does not answer with JSON */
  async get(path: string, version = '2.53') {
    const { status, text } = await this.ask({ GET: path, version })
    if (status !== 200) throw new Error(`${this.addresses.compute}${path}: ${status} ${text}`)
    return JSON.parse(text)
  }

  /** Learn the ids of services, servers, aggregates and hypervisors as they are now. */
  async learn(): Promise<void> {
    for (const [version, kind] of [
      ['2.1', 'int'],
      ['2.53', 'uuid'],
    ] as const) {
      for (const { id, binary, host } of (await this.get('/os-services', version)).services) {
        this.ids.set(`${kind} ${binary}@${host}`, String(id))
      }
    }
    for (const [kind, path, label] of [
      ['server', '/servers?all_tenants=1', 'name'],
      ['aggregate', '/os-aggregates', 'name'],
      ['hypervisor', '/os-hypervisors', 'hypervisor_hostname'],
    ] as const) {
      const { status, text } = await this.ask({ GET: path, version: '2.53' })
      const listed: Record<string, string | number>[] = status === 200 ? JSON.parse(text)[`${kind}s`] : []
      for (const each of listed) this.ids.set(`${kind} ${each[label]}`, String(each.id))
    }
    for (const { name, uuid } of await this.providers()) {
      // Those that questions make have UUIDs of their own choosing, which stay as they are.
      if (!OF_QUESTIONS.test(uuid)) this.ids.set(`provider ${name}`, uuid)
    }
  }

  /** What this cloud calls by names of its own. Integer ids are not among them: both clouds have the same. */
  ownWords(): OwnWords {
    const { identity, compute, placement } = this.addresses
    return {
      ids: () => [
        ...[...this.ids].flatMap(([name, id]): [string, string][] => (id.length >= 32 ? [[`<${name}>`, id]] : [])),
        ...[...this.tokens].map(([who, token]): [string, string] => [`<token ${who}>`, token]),
      ],
      addresses: [
        [identity, '<identity>'],
        [identity.replace(/\/v3$/, ''), '<keystone>'],
        ...(placement ? [[placement, '<placement>'] as [string, string]] : []),
        [compute, '<nova>'],
        [compute.replace(/\/v2\.1$/, ''), '<compute>'],
      ],
    }
  }

  /** Learn anew: what is gone stands for nothing any more, and tokens that questions may have taken back are got again. */
  async learnAnew(): Promise<void> {
    for (const name of this.ids.keys()) if (!/^(?:user|project|role) /.test(name)) this.ids.delete(name)
    await this.learn()
  }

  /** A name that stands for nothing stays as it is. */
  fill(text: string): string {
    return text.replaceAll('{token}', this.tokens.get('admin') ?? '').replace(NAME, (whole, name: string) => {
      const id = this.ids.get(plainName(name))
      return id === undefined ? whole : /^uuid [A-Z]/.test(name) ? id.toUpperCase() : id
    })
  }

  private async guest(name: string): Promise<void> {
    const guest = GUESTS[name]
    if (!guest || this.ids.has(`token ${name}`)) return
    // Whom this cloud does not let in there stays unknown.
    const answer = await tryLogIn(this.addresses.identity, guest)
    if (answer.status === 201) this.ids.set(`token ${name}`, tokenIn(answer))
  }

  private async providers(): Promise<{ name: string; uuid: string }[]> {
    if (this.addresses.placement === undefined) return []
    const { status, text } = await this.ask({ GET: '/resource_providers', at: 'placement' })
    return status === 200 ? JSON.parse(text).resource_providers : []
  }

  private async learnPeople(): Promise<void> {
    for (const kind of ['user', 'project', 'role'] as const) {
      const { text } = await this.ask({ GET: `/${kind}s`, at: 'identity' })
      for (const { id, name } of JSON.parse(text)[`${kind}s`]) this.ids.set(`${kind} ${name}`, id)
    }
  }
}

/** As in fixtures/placement/README.md. */
const OF_QUESTIONS = /^(.)\1{7}-/

/** `{uuid nova-compute@host1}`; ids of Keystone's stand with or without `uuid`. */
const NAME = /\{((?:uuid|int|server|aggregate|hypervisor|provider|user|project|role|token) [^{}"]+)\}/g

function namesIn(question: Question): string[] {
  return [...JSON.stringify(question).matchAll(NAME)].map(([, name = '']) => plainName(name))
}

function plainName(name: string): string {
  const [, kind, rest] = /^uuid ([A-Za-z]+) (.*)$/.exec(name) ?? []
  return kind === undefined ? name : `${kind.toLowerCase()} ${rest}`
}

type Catalog = { type: string; endpoints: { interface: string; url: string }[] }[]

async function logIn(identity: string, guest: Guest): Promise<Answer> {
  const answer = await tryLogIn(identity, guest)
  if (answer.status === 201) return answer
  throw new Error(`${identity} does not let ${guest.user} in: ${answer.status} ${answer.text}`)
}

function tryLogIn(identity: string, { user, password = 'secret', scope }: Guest): Promise<Answer> {
  const domain = { id: 'default' }
  const auth = {
    identity: { methods: ['password'], password: { user: { name: user, password, domain } } },
    ...(scope !== undefined && { scope: typeof scope === 'string' ? { project: { name: scope, domain } } : scope }),
  }
  const body = JSON.stringify({ auth })
  const headers = { 'Content-Type': 'application/json' }
  return send(identity, { method: 'POST', path: '/auth/tokens', headers, body })
}

function tokenIn({ headers }: Answer): string {
  return String(headers['x-subject-token'])
}
