/** The control routes together, under `/_novasim` of each world: how tests and people steer what a client then sees. */

import { Hono } from 'hono'
import { answerWith } from '../http/response.ts'
import { nearest } from '../reading/nearest.ts'
import { worldPrefix } from '../worlds/worlds.ts'
import { aggregates } from './aggregates.ts'
import { json } from './answer.ts'
import { cells } from './cells.ts'
import { clock } from './clock.ts'
import { durations } from './durations.ts'
import { notFound, toProblem } from './errors.ts'
import { faults } from './faults.ts'
import { instances } from './instances.ts'
import { journalRoutes } from './journal.ts'
import type { Metrics } from './metrics.ts'
import { migrations } from './migrations.ts'
import { processes } from './processes.ts'
import { recordings } from './recordings.ts'
import type { Place, Steered } from './request.ts'
import { resourceProviders } from './resource-providers.ts'
import { scenarios } from './scenarios.ts'
import { services } from './services.ts'
import { snapshots } from './snapshots.ts'
import { reset, state } from './state.ts'
import { worldRoutes } from './worlds.ts'

export interface ControlApp {
  /** Told beside the request which world it is for. */
  fetch(request: Request, place: Place): Response | Promise<Response>
  /** `GET /health` and so on, as docs/control.md lists them. */
  routes: string[]
}

export function controlApp(steered: Steered): ControlApp {
  const app = new Hono<{ Bindings: Place }>({ getPath: toHono })
  app.get('/health', () =>
    json({
      status: 'ok',
      version: steered.version,
      worlds: steered.worlds.list().length,
      uptime: (Date.now() - steered.startedAt) / 1000,
    }),
  )
  app.get('/openapi.json', async (c) => {
    const { openApi } = await import('./openapi.ts')
    return json(openApi(steered.version, `${c.env.origin}${worldPrefix(c.env.world.name)}/_novasim`))
  })
  // Few are asked for it, and the measuring of the event loop begins with it.
  let metrics: Promise<Metrics> | undefined
  app.get('/metrics', async () => {
    metrics ??= import('./metrics.ts').then(({ createMetrics }) => createMetrics(steered.worlds))
    const { contentType, text } = await metrics
    return answerWith(await text(), { headers: { 'Content-Type': contentType } })
  })
  app.route('/worlds', worldRoutes(steered))
  app.route('/state', state)
  app.route('/reset', reset)
  app.route('/services', services)
  app.route('/instances', instances)
  app.route('/aggregates', aggregates)
  app.route('/migrations', migrations)
  app.route('/cells', cells)
  app.route('/processes', processes)
  app.route('/resource-providers', resourceProviders)
  app.route('/faults', faults)
  app.route('/clock', clock)
  app.route('/durations', durations)
  app.route('/recordings', recordings)
  app.route('/journal', journalRoutes(steered.version))
  app.route('/snapshots', snapshots)
  app.route('/scenarios', scenarios)
  const routes = [
    ...new Set(
      app.routes.map(({ method, path }) => `${method} ${path.replace(/(?<=.)\/$/, '').replace(/\{.*\}$/, '')}`),
    ),
  ]
  app.notFound((c) => {
    const asked = `${c.req.method} ${c.env.path}`
    const meant = nearest(asked, routes)
    notFound(`there is no control route ${asked}`, meant ? `did you mean ${meant}?` : `there is ${routes.join(', ')}`)
  })
  app.onError((error) => {
    const { status, body } = toProblem(error)
    return json(body, status)
  })
  const fetch = (request: Request, place: Place) => {
    const { method } = request
    const answer = () => app.fetch(request, place)
    return method === 'GET' ? answer() : place.world.journal.act('control', `${method} ${place.path}`, answer)
  }
  return { fetch, routes }
}

/** The path has been decoded, and Hono decodes what it finds in it. */
function toHono(_: Request, options?: { env?: Place }): string {
  return options?.env?.path.replaceAll('%', '%25') ?? '/'
}
