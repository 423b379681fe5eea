/** Who may log in: users, projects, what roles they have where, and the tokens they hold. */

import { type Cloud, changed } from './cloud.ts'
import { impossible } from './errors.ts'
import { hexFor } from './ids.ts'
import { isBefore, MANAGER_SINCE } from './releases.ts'

/** Each role, and the one it implies, as `keystone-manage bootstrap` sets them up. */
const IMPLIES: Record<RoleName, RoleName | undefined> = {
  admin: 'manager',
  manager: 'member',
  member: 'reader',
  reader: undefined,
  service: undefined,
}

export const ROLES = ['admin', 'manager', 'member', 'reader', 'service'] as const
export type RoleName = (typeof ROLES)[number]

/** The one domain: Keystone's default. */
export const DOMAIN = { id: 'default', name: 'Default', description: 'The default domain' }

/** The one region. */
export const REGION = 'RegionOne'

/** How long a token is good for. Keystone's `[token] expiration` default. */
export const TOKEN_LIVES_MS = 3_600_000

/** For how long after that it may still be shown to who asks for expired ones. Keystone's `[token] allow_expired_window` default. */
export const TOKEN_SHOWN_MS = 172_800_000

/** When the tokens that a world knows from the beginning expire: not in our time. */
const NEVER = Date.UTC(9999, 11, 31, 23, 59, 59)

/** How many tokens are kept at the most: a real Keystone keeps none, so nobody may fill our memory with them. */
const TOKENS_KEPT = 20_000

/** How many of the oldest are forgotten at once when there are more. */
const TOKENS_FORGOTTEN = 1000

export interface Identity {
  /** By id. */
  users: Map<string, User>
  /** By id. */
  projects: Map<string, Project>
  grants: Grant[]
  /** By id. */
  applicationCredentials: Map<string, ApplicationCredential>
  /** By the token itself, the oldest first. */
  tokens: Map<string, Token>
}

export interface User {
  id: string
  name: string
  password: string
}

export interface Project {
  id: string
  name: string
  description: string
}

/** What a role is had on: a project, the domain, or the system as a whole. */
export type Scope = { projectId: string } | { domainId: string } | { system: true }

export interface Grant {
  userId: string
  role: RoleName
  on: Scope
}

export interface ApplicationCredential {
  id: string
  name: string
  secret: string
  userId: string
  /** Null when it was made with an unscoped token, and gives but such. */
  projectId: string | null
  roles: RoleName[]
  description: string | null
  /** Kept as it was given, and of no use. */
  system: string | null
  /** Milliseconds since 1970; null for never. */
  expiresAt: number | null
  /** Whether its tokens may make and delete others; null is no. */
  unrestricted: boolean | null
}

/** Times are milliseconds since 1970. */
export interface Token {
  id: string
  userId: string
  /** How its holder proved who they are, in the order in which Keystone tells it of a token that it has read. */
  methods: string[]
  /** Undefined for an unscoped one. */
  scope: Scope | undefined
  /** Its own, and that of the token it was made from. */
  auditIds: string[]
  issuedAt: number
  expiresAt: number
  /** Taken back before it expired. It stays known: Keystone has other words for what it has never seen. */
  revoked?: boolean | undefined
  applicationCredentialId?: string | undefined
}

export interface NewUser {
  name: string
  /** Default `secret`. */
  password?: string | undefined
  /** The project that `roles` are had on; made when there is none of that name. */
  project?: string | undefined
  roles?: RoleName[] | undefined
  systemRoles?: RoleName[] | undefined
  domainRoles?: RoleName[] | undefined
}

/** Whose logins there are when a world lists none. */
export const DEFAULT_USERS: NewUser[] = [
  { name: 'admin', password: 'secret', project: 'admin', roles: ['admin'], systemRoles: ['admin'] },
  { name: 'reader', password: 'secret', project: 'demo', roles: ['member', 'reader'] },
]

/** The tokens that are good without logging in, for a one-line curl: each is that of the user of its name. */
export const STATIC_TOKENS = ['admin', 'reader']

/** Let a user in. One named before gets further roles. @throws {CloudError} Impossible: two passwords, or roles on nothing */
export function addUser(cloud: Cloud, wanted: NewUser): User {
  const { identity } = cloud.state
  const { name, roles = [], systemRoles = [], domainRoles = [] } = wanted
  const known = findUserByName(cloud, name)
  if (known && wanted.password !== undefined && wanted.password !== known.password) {
    impossible(`user "${name}" has another password already`, { path: ['password'] })
  }
  if (roles.length > 0 && wanted.project === undefined) {
    impossible(`the roles of user "${name}" are on no project`, { path: ['roles'], hint: 'name its project' })
  }
  const user = known ?? { id: hexFor(cloud.seed, 'user', name), name, password: wanted.password ?? 'secret' }
  identity.users.set(user.id, user)
  if (wanted.project !== undefined) {
    const project = addProject(cloud, wanted.project)
    for (const role of roles) grant(identity, { userId: user.id, role, on: { projectId: project.id } })
  }
  for (const role of systemRoles) grant(identity, { userId: user.id, role, on: { system: true } })
  for (const role of domainRoles) grant(identity, { userId: user.id, role, on: { domainId: DOMAIN.id } })
  return user
}

/** Make the static tokens of the users that there are. Part of making a cloud; nobody else calls it. */
export function addStaticTokens(cloud: Cloud): void {
  const { identity } = cloud.state
  for (const name of STATIC_TOKENS) {
    const user = findUserByName(cloud, name)
    const scope = identity.grants.find(({ userId, on }) => userId === user?.id && 'projectId' in on)?.on
    if (!user || !scope) continue
    identity.tokens.set(name, {
      id: name,
      userId: user.id,
      methods: ['password'],
      scope,
      auditIds: [hexFor(cloud.seed, 'audit', name).slice(0, 22)],
      issuedAt: cloud.clock.now(),
      expiresAt: NEVER,
    })
  }
}

/** Hand out a token. Those that have expired, and the oldest beyond what is kept, are forgotten. */
export function issueToken(cloud: Cloud, token: Token): Token {
  const { tokens } = cloud.state.identity
  tokens.set(token.id, token)
  if (tokens.size > TOKENS_KEPT) forgetTokens(cloud)
  changed(cloud, { type: 'token.issued', user: token.userId })
  return token
}

/** Many at once, since what is first in a Map is found by passing the places of all that were before it. */
function forgetTokens({ state, clock }: Cloud): void {
  const { tokens } = state.identity
  const now = clock.now()
  for (const { id, expiresAt } of tokens.values()) {
    if (expiresAt <= now || (tokens.size > TOKENS_KEPT - TOKENS_FORGOTTEN && expiresAt !== NEVER)) tokens.delete(id)
  }
}

/**
 * Take back a token and, unless `cascade` is false, those that were made from it; not the one that it was made from itself.
 *
 * @see keystone/token/provider.py `Manager.revoke_token`
 */
export function revokeToken(cloud: Cloud, token: Token, cascade = true): void {
  const [mine] = token.auditIds
  for (const other of cloud.state.identity.tokens.values()) {
    if (other.id === token.id || (cascade && other.auditIds.at(-1) === mine)) other.revoked = true
  }
  changed(cloud, { type: 'token.revoked', user: token.userId })
}

/** The token, unless it is unknown or no longer good. */
export function findToken(cloud: Cloud, id: string): Token | undefined {
  const token = cloud.state.identity.tokens.get(id)
  return token !== undefined && isGood(cloud, token) ? token : undefined
}

/** Whether a token is neither revoked nor expired by the cloud's clock, and what it stands for is still there. */
export function isGood(cloud: Cloud, token: Token, shownForMs = 0): boolean {
  const { applicationCredentialId: id, scope } = token
  if (token.revoked || cloud.clock.now() >= token.expiresAt + shownForMs) return false
  if (id !== undefined && !cloud.state.identity.applicationCredentials.has(id)) return false
  return scope === undefined || hasRoleOn(cloud, token.userId, scope)
}

/** Take back every token of a user. */
export function revokeTokensOf(cloud: Cloud, userId: string): void {
  for (const token of cloud.state.identity.tokens.values()) if (token.userId === userId) token.revoked = true
  changed(cloud, { type: 'token.revoked', user: userId })
}

/** How Keystone's database compares ids and names: without case, and without spaces at the end. */
export function sameText(one: string, other: string): boolean {
  return one === other || one.trimEnd().toLowerCase() === other.trimEnd().toLowerCase()
}

export function findUser(cloud: Cloud, id: string): User | undefined {
  return findById(cloud.state.identity.users, id)
}

export function findUserByName(cloud: Cloud, name: string): User | undefined {
  for (const user of cloud.state.identity.users.values()) if (sameText(user.name, name)) return user
}

export function findProject(cloud: Cloud, id: string): Project | undefined {
  return findById(cloud.state.identity.projects, id)
}

export function findProjectByName(cloud: Cloud, name: string): Project | undefined {
  for (const project of cloud.state.identity.projects.values()) if (sameText(project.name, name)) return project
}

export function findApplicationCredential(cloud: Cloud, id: string): ApplicationCredential | undefined {
  return findById(cloud.state.identity.applicationCredentials, id)
}

/** By its id as it is, or else as the database would find it. */
function findById<Thing extends { id: string }>(things: Map<string, Thing>, id: string): Thing | undefined {
  return things.get(id) ?? [...things.values()].find((each) => sameText(each.id, id))
}

/** The roles that there are: before `MANAGER_SINCE` there is no manager, unless somebody has been made one. */
export function rolesIn(cloud: Cloud): RoleName[] {
  if (hasManager(cloud)) return [...ROLES]
  const { grants } = cloud.state.identity
  return ROLES.filter((name) => name !== 'manager' || grants.some(({ role }) => role === 'manager'))
}

/** The role that a role implies, if any. */
export function impliedBy(cloud: Cloud, role: RoleName): RoleName | undefined {
  if (hasManager(cloud)) return IMPLIES[role]
  return role === 'admin' ? 'member' : role === 'manager' ? undefined : IMPLIES[role]
}

function hasManager({ state: { release } }: Cloud): boolean {
  return !isBefore(release, MANAGER_SINCE)
}

/** The roles a user has on something, those that they imply included, in the order of `ROLES`. */
export function rolesOn(cloud: Cloud, userId: string, scope: Scope): RoleName[] {
  const had = cloud.state.identity.grants.filter((each) => each.userId === userId && sameScope(each.on, scope))
  return withImplied(
    cloud,
    had.map(({ role }) => role),
  )
}

export function hasRoleOn(cloud: Cloud, userId: string, scope: Scope): boolean {
  return cloud.state.identity.grants.some((each) => each.userId === userId && sameScope(each.on, scope))
}

/** The roles that come with a token. */
export function rolesOf(cloud: Cloud, token: Token): RoleName[] {
  if (!token.scope) return []
  const mine = rolesOn(cloud, token.userId, token.scope)
  const credential = cloud.state.identity.applicationCredentials.get(token.applicationCredentialId ?? '')
  return credential ? mine.filter((role) => credential.roles.includes(role)) : mine
}

/** Whether a role comes with a token: as `rolesOf` has it, but each request asks, so nothing is made for it. */
export function hasRole(cloud: Cloud, { userId, scope, applicationCredentialId }: Token, role: RoleName): boolean {
  if (!scope) return false
  const credential = cloud.state.identity.applicationCredentials.get(applicationCredentialId ?? '')
  if (credential && !credential.roles.includes(role)) return false
  return cloud.state.identity.grants.some(
    (each) => each.userId === userId && implies(cloud, each.role, role) && sameScope(each.on, scope),
  )
}

/** Whether its holder is an admin of whatever the token is for. nova/context.py `is_admin` */
export function isAdmin(cloud: Cloud, token: Token | undefined): boolean {
  return token !== undefined && hasRole(cloud, token, 'admin')
}

/** The project that the token is for; undefined where it is for none. */
export function projectOf(token: Token | undefined): string | undefined {
  const scope = token?.scope
  return scope && 'projectId' in scope ? scope.projectId : undefined
}

/** The projects a user has any role on. */
export function projectsOf(cloud: Cloud, userId: string): Project[] {
  const { grants, projects } = cloud.state.identity
  const ids = new Set(
    grants.flatMap(({ userId: id, on }) => (id === userId && 'projectId' in on ? [on.projectId] : [])),
  )
  return [...projects.values()].filter(({ id }) => ids.has(id))
}

export function createApplicationCredential(cloud: Cloud, credential: ApplicationCredential): void {
  cloud.state.identity.applicationCredentials.set(credential.id, credential)
  changed(cloud, { type: 'credential.created', id: credential.id, user: credential.userId })
}

/** The credential goes, and the tokens that came of it are good for nothing. */
export function deleteApplicationCredential(cloud: Cloud, { id, userId }: ApplicationCredential): void {
  cloud.state.identity.applicationCredentials.delete(id)
  changed(cloud, { type: 'credential.deleted', id, user: userId })
}

export function sameScope(one: Scope, other: Scope): boolean {
  if ('projectId' in one) return 'projectId' in other && one.projectId === other.projectId
  if ('domainId' in one) return 'domainId' in other && one.domainId === other.domainId
  return 'system' in other
}

function addProject(cloud: Cloud, name: string): Project {
  const description = name === 'admin' ? 'Bootstrap project for initializing the cloud.' : ''
  const project = findProjectByName(cloud, name) ?? { id: hexFor(cloud.seed, 'project', name), name, description }
  cloud.state.identity.projects.set(project.id, project)
  return project
}

function grant({ grants }: Identity, wanted: Grant): void {
  const had = grants.some(
    ({ userId, role, on }) => userId === wanted.userId && role === wanted.role && sameScope(on, wanted.on),
  )
  if (!had) grants.push(wanted)
}

function implies(cloud: Cloud, role: RoleName, wanted: RoleName): boolean {
  for (let each: RoleName | undefined = role; each; each = impliedBy(cloud, each)) if (each === wanted) return true
  return false
}

function withImplied(cloud: Cloud, roles: RoleName[]): RoleName[] {
  const all = new Set<RoleName>()
  for (const role of roles) {
    for (let each: RoleName | undefined = role; each; each = impliedBy(cloud, each)) all.add(each)
  }
  return ROLES.filter((role) => all.has(role))
}
