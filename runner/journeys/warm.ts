/** What makes a journey fast: a browser kept warm, and a process that has already loaded Playwright. Both can be missing; then runs are only slower. */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../core/contracts.ts'
import type { FoundBrowser, NoBrowser } from '../system/browser.ts'
import { type NodeChild, startNode } from '../system/child.ts'
import { endFamily, markVariable } from '../system/process-tree.ts'
import { removeFolder } from './invocation.ts'
import type { Install } from './project.ts'

/** Names of the entries beside this file, in source and when built. */
export const entry = (name: string): string =>
  join(import.meta.dirname, `${name}${import.meta.filename.endsWith('.ts') ? '.ts' : '.js'}`)

export interface WarmOptions {
  readonly clock: Clock
  readonly self: number
  /** `<instance>/` */
  readonly markPrefix: string
  readonly scratch: string
  /** Environment of our children, without secrets. */
  readonly environment: Readonly<Record<string, string>>
  browser(): Promise<FoundBrowser | NoBrowser>
  /** Runs after which a browser is replaced. Default: 100. */
  readonly browserRuns: number
  warn(message: string, about: object): void
}

/** A browser server lent for one invocation. */
export interface Lease extends Disposable {
  readonly ws: string
  readonly pid: number
  readonly version: string
  /** Whether it died meanwhile. */
  isLost(): boolean
  /** Nobody else gets it after this run: something was odd. */
  retire(): void
}

interface Server {
  readonly ws: string
  readonly version: string
  readonly child: NodeChild
  readonly mark: string
  readonly folder: string
  users: number
  runs: number
  lost: boolean
  retired: boolean
}

export interface Warm extends AsyncDisposable {
  /** A server for the project's own Playwright, or a sentence that says why there is none. */
  lease(install: Install, launchOptions: Readonly<Record<string, unknown>>): Promise<Lease | string>
  /** A spare that is ready, if there is one. */
  takeSpare(install: Install): Spare | undefined
  /** Makes sure that there will be a spare. */
  prepareSpare(install: Install): void
  /** This Playwright cannot be waited with. */
  refuseSpares(install: Install): void
  count(): { readonly browsers: number; readonly spares: number; readonly readySpares: number }
}

export interface Spare {
  readonly child: NodeChild
  readonly mark: string
}

export function createWarm(options: WarmOptions): Warm {
  const servers = new Map<string, Promise<Server | string>>()
  const living = new Set<Server>()
  const ending = new Set<Promise<unknown>>()
  const spares = createSpares(options)
  let number = 0

  const end = (server: Server) => {
    living.delete(server)
    const work = endFamily(
      { roots: [{ pid: server.child.pid, started: server.child.started }], marked: mark => mark === server.mark },
      options.self,
      options.clock,
    ).then(() => removeFolder(server.folder))
    ending.add(work)
    void work.finally(() => ending.delete(work))
  }

  async function start(key: string, install: Install, launchOptions: Readonly<Record<string, unknown>>) {
    const found = await options.browser()
    if ('missing' in found) return found.missing
    if (launchOptions['headless'] === false && /headless.shell/.test(found.executablePath ?? ''))
      return `expected a browser with windows, found ${found.name}; install chromium and set VEDETTE_BROWSER to its path`
    number += 1
    const name = `browser-${number}`
    const mark = `${options.markPrefix}${name}`
    const folder = join(options.scratch, name)
    mkdirSync(folder, { mode: 0o700 })
    const chosen = found.executablePath
      ? { executablePath: found.executablePath }
      : found.channel
        ? { channel: found.channel }
        : {}
    const child = startNode(
      [entry('browser-server'), install.core, JSON.stringify({ headless: true, ...chosen, ...launchOptions })],
      { cwd: folder, env: { ...options.environment, TMPDIR: folder, [markVariable]: mark } },
    )
    const answer = await answerOf(child)
    if (!('ws' in answer)) {
      await endFamily(
        { roots: [{ pid: child.pid, started: child.started }], marked: other => other === mark },
        options.self,
        options.clock,
      )
      removeFolder(folder)
      return `the browser ${found.name} did not start: ${answer.error}`
    }
    const server: Server = {
      ws: answer.ws,
      version: found.name,
      child,
      mark,
      folder,
      users: 0,
      runs: 0,
      lost: false,
      retired: false,
    }
    living.add(server)
    void child.exited.then(() => {
      server.lost = true
      if (servers.get(key) === starting) servers.delete(key)
      if (living.has(server)) end(server)
    })
    const starting = servers.get(key)
    return server
  }

  return {
    async lease(install, launchOptions) {
      const key = JSON.stringify([install.folder, launchOptions])
      let starting = servers.get(key)
      if (!starting) {
        starting = start(key, install, launchOptions)
        servers.set(key, starting)
      }
      const server = await starting
      if (typeof server === 'string') {
        servers.delete(key)
        return server
      }
      server.users += 1
      server.runs += 1
      const leave = () => {
        if (servers.get(key) === starting) servers.delete(key)
        server.retired = true
      }
      if (server.runs >= options.browserRuns) leave()
      return {
        ws: server.ws,
        pid: server.child.pid,
        version: server.version,
        isLost: () => server.lost,
        retire: leave,
        [Symbol.dispose]() {
          server.users -= 1
          if (server.retired && server.users === 0 && living.has(server)) end(server)
        },
      }
    },
    takeSpare: spares.take,
    prepareSpare: spares.prepare,
    refuseSpares: spares.refuse,
    count: () => ({ browsers: living.size, ...spares.count() }),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.values())
      for (const server of [...living]) end(server)
      await Promise.all([...ending, spares[Symbol.asyncDispose]()])
    },
  }
}

async function answerOf(child: NodeChild): Promise<{ readonly ws: string } | { readonly error: string }> {
  const said = new Promise<{ ws: string } | { error: string }>(resolve => {
    child.listen(line => resolve(JSON.parse(line) as { ws: string } | { error: string }))
  })
  const gone = child.exited.then(async exit => {
    await child.drained
    return { error: exit.error ?? `it ended (${exit.code ?? exit.signal}): ${child.output().slice(-300)}` }
  })
  return Promise.race([said, gone])
}

/** At most one spare per Playwright, used once. */
function createSpares(options: WarmOptions) {
  const waiting = new Map<string, Spare & { ready: boolean }>()
  const refused = new Set<string>()
  let number = 0
  const end = (spare: Spare) =>
    endFamily(
      { roots: [{ pid: spare.child.pid, started: spare.child.started }], marked: mark => mark === spare.mark },
      options.self,
      options.clock,
    )
  return {
    take(install: Install): Spare | undefined {
      const spare = waiting.get(install.folder)
      if (!spare?.ready) return undefined
      waiting.delete(install.folder)
      return spare
    },
    prepare(install: Install) {
      if (waiting.has(install.folder) || refused.has(install.folder)) return
      number += 1
      const mark = `${options.markPrefix}spare-${number}`
      const child = startNode([entry('spare'), install.folder], {
        cwd: options.scratch,
        env: { ...options.environment, [markVariable]: mark },
      })
      const spare = { child, mark, ready: false }
      waiting.set(install.folder, spare)
      child.listen(line => {
        if (line.includes('"ready"')) spare.ready = true
      })
      void child.exited.then(() => {
        if (waiting.get(install.folder) !== spare) return
        waiting.delete(install.folder)
        if (spare.ready) return
        refused.add(install.folder)
        options.warn('no spare runner for this Playwright; single journeys start more slowly', {
          playwright: install.version,
          output: child.output().slice(-300),
        })
      })
    },
    refuse: (install: Install) => void refused.add(install.folder),
    count: () => ({
      spares: waiting.size,
      readySpares: [...waiting.values()].filter(({ ready }) => ready).length,
    }),
    async [Symbol.asyncDispose]() {
      const all = [...waiting.values()]
      waiting.clear()
      await Promise.all(all.map(end))
    },
  }
}
