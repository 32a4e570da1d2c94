/** Files: styles and islands of dashboards/web, uPlot, Playwright's trace viewer, kept artifacts. */

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'
import { artifactPolicy, traceViewerPolicy } from './security.ts'

const require = createRequire(import.meta.url)
// The same in a checkout and in a packed package, where dist/ mirrors the folders.
const web = resolve(import.meta.dirname, '../../dashboards/web')
const islands = join(web, 'islands')

/** Name on the page → folder and file. */
function ownFiles(): Readonly<Record<string, readonly [string, string]>> {
  const uplot = join(dirname(require.resolve('uplot/package.json')), 'dist')
  return {
    'style.css': [web, 'style.css'],
    'live.js': [islands, 'live.js'],
    'chart.js': [islands, 'chart.js'],
    'uplot.js': [uplot, 'uPlot.esm.js'],
    'uplot.css': [uplot, 'uPlot.min.css'],
  }
}

/** Playwright's viewer lies in playwright-core; undefined when that changes its places. */
function traceViewerFolder(): string | undefined {
  const fromPlaywright = createRequire(require.resolve('playwright/package.json'))
  const folder = join(dirname(fromPlaywright.resolve('playwright-core/package.json')), 'lib/vite/traceViewer')
  return existsSync(join(folder, 'index.html')) ? folder : undefined
}

export async function serveAssets(app: FastifyInstance, { artifacts, log }: Rooms): Promise<void> {
  // One registration adds reply.sendFile; the routes below name their own roots.
  await app.register(fastifyStatic, { root: web, serve: false })
  const files = ownFiles()
  app.get('/assets/:name', asks('public'), async (request, reply) => {
    const found = files[(request.params as { readonly name: string }).name]
    if (!found) return reply.callNotFound()
    return reply.sendFile(found[1], found[0], { cacheControl: true, maxAge: 0 })
  })

  app.get('/artifacts/*', asks('read'), async (request, reply) => {
    const path = wildcard(request.params)
    reply.header('content-security-policy', artifactPolicy)
    if (!/\.(png|jpe?g|webp|gif)$/i.test(path)) reply.header('content-disposition', 'attachment')
    return reply.sendFile(path, resolve(artifacts), { dotfiles: 'deny', maxAge: '1h' })
  })

  const viewer = traceViewerFolder()
  if (viewer === undefined) log.warn('no trace viewer in the installed playwright-core: traces can only be downloaded')
  app.get('/trace/*', asks('read'), async (request, reply) => {
    if (viewer === undefined) return reply.callNotFound()
    relaxForViewer(reply)
    return reply.sendFile(wildcard(request.params) || 'index.html', viewer, { maxAge: '1h' })
  })
}

function relaxForViewer(reply: FastifyReply): void {
  reply.header('content-security-policy', traceViewerPolicy)
  reply.header('referrer-policy', 'no-referrer')
  // The viewer shows the page of the trace in a frame of its own.
  reply.header('x-frame-options', 'SAMEORIGIN')
}

const wildcard = (params: unknown): string => (params as { readonly '*': string })['*']
