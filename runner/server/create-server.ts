/** The HTTP side of a watching Vedette: metrics, health, API, live updates, pages. */

import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import compress from '@fastify/compress'
import helmet from '@fastify/helmet'
import fastify, { type FastifyInstance, LogController } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { RunnerFault } from '../core/fault.ts'
import { createAccess } from './access.ts'
import { serveApi } from './api.ts'
import { serveAssets } from './assets.ts'
import { serveCheckPages } from './check-page.ts'
import { serveDeploys } from './deploys.ts'
import { serveDeployPages } from './deploys-page.ts'
import { serveDrill } from './drill.ts'
import { serveEvents } from './events.ts'
import { serveHealth } from './health.ts'
import { serveHeartbeats } from './heartbeat.ts'
import { serveIncidentPages } from './incident-pages.ts'
import { serveMaintenancePage } from './maintenance-page.ts'
import { createMetrics, type Metrics } from './metrics/create-metrics.ts'
import { serveNotificationsPage } from './notifications-page.ts'
import { serveObjectivesPage } from './objectives-page.ts'
import { serveOverview } from './overview-page.ts'
import { serveErrors, servePages } from './pages.ts'
import { servePeoplePage } from './people-page.ts'
import { createRecentRuns } from './recent-runs.ts'
import { serveRequirementsPages } from './requirements-page.ts'
import { about, answersText, asks, type GuardedRoute, guardRoutes } from './rights.ts'
import type { Rooms, ServerOptions } from './rooms.ts'
import { contentSecurityPolicy, guardHost } from './security.ts'
import { serveSelfPage } from './self-page.ts'
import { serveSignIn } from './sign-in.ts'
import { serveStatusFeeds } from './status-feeds.ts'
import { createStatus, serveStatusPage } from './status-page.ts'
import { serveTroubleApi } from './trouble-api.ts'

export type { ServerOptions } from './rooms.ts'

export interface Server {
  /** `http://127.0.0.1:7070`, without a slash at the end. */
  readonly url: string
  /** All that is answered, and what each needs. */
  readonly routes: readonly GuardedRoute[]
  /** Ends event streams, lets requests in flight finish for at most five seconds. */
  close(): Promise<void>
}

const grace = 5_000

/** Listens and serves. Throws RunnerFault with a sentence when the address cannot be had. */
export async function createServer(options: ServerOptions): Promise<Server> {
  const { host = '127.0.0.1', port, clock, log } = options
  const app: FastifyInstance = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1_000 },
  })
  const metrics = createMetrics(options)
  let routes: readonly GuardedRoute[]
  try {
    routes = await build(app, { ...options, host }, metrics)
    await app.listen({ host, port })
  } catch (error) {
    metrics.close()
    await app.close()
    throw explain(error, host, port)
  }
  const { address, port: bound, family } = app.server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    routes,
    async close() {
      const cancel = clock.timer(grace, () => app.server.closeAllConnections())
      await app.close()
      cancel()
      metrics.close()
    },
  }
}

async function build(
  app: FastifyInstance,
  options: ServerOptions & { readonly host: string },
  metrics: Metrics,
): Promise<readonly GuardedRoute[]> {
  await mkdir(options.artifacts, { recursive: true, mode: 0o700 })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  const rooms: Rooms = { ...options, access: createAccess(options), recent: createRecentRuns(options) }
  app.addHook('preClose', async () => rooms.recent.close())
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: mutable(contentSecurityPolicy) },
    // We speak plain HTTP; whoever puts TLS in front decides about this.
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginEmbedderPolicy: false,
  })
  await app.register(compress, {
    // Whoever sends us something sends a form or a few words of JSON.
    globalDecompression: false,
    // gzip alone, with a small window: a brotli encoder holds megabytes for each page that is looked at.
    encodings: ['gzip', 'identity'],
    zlibOptions: { level: 5, windowBits: 13, memLevel: 6 },
  })
  guardHost(app, options.host, () => options.publicUrl?.())
  const routes = guardRoutes(app, rooms.access, options)
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  )
  serveErrors(app, rooms)
  serveHealth(app, rooms)
  // Scraped every few seconds from nearby: the time of our own CPU is worth more than the bytes.
  const metricsSchema = { ...about('metrics', 'Figures for Prometheus'), ...answersText('text/plain') }
  app.get('/metrics', { ...asks('read'), schema: metricsSchema, compress: false }, (_request, reply) =>
    reply.type(metrics.contentType).send(Readable.from(metrics.render())),
  )
  serveEvents(app, rooms)
  serveDescription(app, rooms, routes)
  serveApi(app, rooms)
  serveTroubleApi(app, rooms)
  serveHeartbeats(app, rooms)
  serveDeploys(app, rooms)
  serveDrill(app, rooms)
  await serveAssets(app, rooms)
  serveSignIn(app, rooms)
  servePages(app, rooms)
  serveOverview(app, rooms)
  serveCheckPages(app, rooms)
  serveRequirementsPages(app, rooms)
  serveDeployPages(app, rooms)
  serveIncidentPages(app, rooms)
  serveObjectivesPage(app, rooms)
  serveMaintenancePage(app, rooms)
  serveNotificationsPage(app, rooms)
  serveSelfPage(app, rooms)
  servePeoplePage(app, rooms)
  const status = createStatus(rooms)
  serveStatusPage(app, status)
  serveStatusFeeds(app, rooms, status)
  return routes
}

/** Made at the first question: what makes it is too large for a process that nobody asks. */
function serveDescription(app: FastifyInstance, rooms: Rooms, routes: readonly GuardedRoute[]): void {
  let made: Promise<string> | undefined
  app.get('/api/openapi.json', asks('public'), async (_request, reply) => {
    const { describeApi } = await import('./openapi.ts')
    made ??= describeApi(routes, {
      version: rooms.watch.version,
      url: rooms.publicUrl?.(),
      signIn: rooms.access.signIn,
    })
    return reply.type('application/json; charset=utf-8').send(await made)
  })
}

const mutable = (directives: Readonly<Record<string, readonly string[]>>) =>
  Object.fromEntries(Object.entries(directives).map(([name, values]) => [name, [...values]]))

function explain(error: unknown, host: string, port: number): unknown {
  const { code } = error as { code?: string }
  const where = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    return new RunnerFault(
      `expected ${where} to be free, found another program listening there; stop it, or choose another port with --port or server.port`,
    )
  }
  if (code === 'EACCES') {
    return new RunnerFault(
      `expected to be allowed to listen on ${where}, found permission denied; choose a port above 1023 with --port`,
    )
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new RunnerFault(
      `expected an address of this machine, found ${host}; use 127.0.0.1, 0.0.0.0 or one that \`ip address\` shows`,
    )
  }
  return error
}
