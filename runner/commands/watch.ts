import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pino from 'pino'
import { locationName } from '../config/configuration.ts'
import { formatProblem, type LoadRequest, loadConfiguration } from '../config/load-configuration.ts'
import { watchClock } from '../engine/watch-clock.ts'
import { askRevision } from '../system/ask-revision.ts'
import { collectGarbage } from '../system/collect-garbage.ts'
import { createRequests } from '../system/notifier-request.ts'
import { createOwnSigns } from '../system/own-signs.ts'
import { createPasswords } from '../system/passwords.ts'
import { version } from '../system/version.ts'
import { type Command, type CommandIo, refuseEmpty, UsageError } from './command.ts'
import { configurationArgs, configurationUsage, loadRequest } from './configuration-options.ts'
import {
  accountsFile,
  historyFile,
  lockDataFolder,
  openDataFolder,
  openEvidence,
  readHeartbeatSecret,
  readToken,
} from './data-folder.ts'
import { openJourneys } from './journeys.ts'

const levels = ['debug', 'info', 'warn', 'error', 'silent']

export const command: Command = {
  summary: 'watches on schedule, and serves pages, metrics and API',
  usage: `vedette watch [selection…] [options]

A selection is a system, system/check, @tag or requirement (COD-21); several are united; ! before one excludes. Without one: all checks.

${configurationUsage}
  --data <folder>       history, evidence and token (default: ./.vedette)
  --host <address>      where to listen (default: the configuration's, 127.0.0.1)
  --port <number>       0 takes any free one (default: the configuration's, 9464)
  --location <name>     the place this runner runs from (default: the configuration's, local)
  --log-level <level>   ${levels.join(', ')}; logs go to standard error (default: info)

The page's address is the first line of standard output. SIGHUP or a changed file loads the configuration again; SIGTERM and Ctrl-C let
runs in flight finish and end everything.

Exit codes: 0 stopped, 2 bad usage or configuration, 3 it could not watch (port in use, history unreadable).`,
  async run(argv, io) {
    const { values, positionals: selection } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        ...configurationArgs,
        data: { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        location: { type: 'string' },
        'log-level': { type: 'string', default: 'info' },
      },
    })
    const level = values['log-level']
    if (!levels.includes(level)) throw new UsageError(`expected --log-level ${levels.join(', ')}, found '${level}'`)
    refuseEmpty(values, ['host'])
    if (values.location !== undefined && !locationName.test(values.location))
      throw new UsageError(`expected --location of small letters, digits and dashes, found '${values.location}'`)
    const request: LoadRequest = { ...loadRequest(values, io), selection, telling: true }
    const loaded = await loadConfiguration(request)
    for (const problem of loaded.problems) io.error(`${formatProblem(problem)}\n`)
    const { configuration } = loaded
    const port = values.port === undefined ? configuration.server.port : portOf(values.port)
    const folder = openDataFolder(values.data, io)
    using _lock = lockDataFolder(folder)
    const token = readToken(folder, io)
    const log = pino({ level, base: { environment: loaded.environment } }, pino.destination(2))

    const [{ createSqliteStore }, { createArtifactStore }, { createAccounts }, { createWatch }, { createServer }] =
      await Promise.all([
        import('../stores/sqlite.ts'),
        import('../stores/artifacts.ts'),
        import('../stores/accounts.ts'),
        import('../engine/watch.ts'),
        import('../server/create-server.ts'),
      ])
    await using store = await createSqliteStore({
      path: historyFile(folder, loaded.environment),
      retention: configuration.retention,
      clock: io.clock,
    })
    // This thread waits for nobody for long: it answers everybody else as well.
    using accounts = createAccounts({ path: accountsFile(folder), patience: 200 })
    const evidence = openEvidence(folder)
    const artifacts = await createArtifactStore({
      folder: evidence,
      budgetBytes: configuration.retention.artifactBytes,
      clock: io.clock,
      log,
    })
    await using requests = createRequests()
    using signs = createOwnSigns({ clock: io.clock, folders: [folder, io.env['TMPDIR'] ?? '/tmp', '/dev/shm'] })
    let swept = false
    const watch = await createWatch({
      request,
      loaded,
      store,
      clock: io.clock,
      log,
      version,
      random: Math.random,
      heartbeatSecret: readHeartbeatSecret(folder),
      askRevision,
      lookAtOurselves: signs.look,
      send: requests.request,
      readArtifact: artifact => readFile(join(evidence, artifact.path)).catch(() => undefined),
      ...(values.location === undefined ? {} : { location: values.location }),
      async openJourneys(generation) {
        const journeys = await openJourneys(generation, io, { artifacts, data: folder, log })
        if (!swept) {
          swept = true
          const { killed, folders } = await journeys.sweep()
          if (killed + folders > 0) log.warn({ killed, folders }, 'removed what an earlier Vedette left behind')
        }
        return journeys
      },
    })
    watch.on(artifacts.follow)
    using _clock = watchClock({ clock: io.clock, log })
    const reload = () => void watch.reload()
    process.on('SIGHUP', reload)
    try {
      const server = await createServer({
        watch,
        store,
        publicUrl: () => configuration.publicUrl,
        artifacts: evidence,
        token: token.value,
        accounts,
        passwords: createPasswords(),
        signIn: configuration.server.signIn,
        proxies: configuration.server.proxies,
        log,
        clock: io.clock,
        host: values.host ?? configuration.server.host,
        port,
        processStats,
      })
      io.write(
        `Vedette: ${server.url} (watching ${selection.length > 0 ? `${selection.join(' ')} of ` : ''}${configuration.systems.map(system => system.id).join(', ')})\n`,
      )
      if (token.fresh)
        io.write(`token for whatever changes something (kept in ${join(folder, 'token')}): ${token.value}\n`)
      collectGarbage()
      // Pages and scrapes leave much behind, and nothing is measured in this thread.
      const collecting = setInterval(collectGarbage, 60_000)
      await stopped(io)
      clearInterval(collecting)
      io.write('stopping: runs in flight get ten seconds\n')
      await server.close()
    } finally {
      process.off('SIGHUP', reload)
      await watch.stop()
    }
    return 0
  },
}

function portOf(text: string): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new UsageError(`expected --port to be a number from 0 to 65535, found '${text}'`)
  return port
}

async function stopped({ signal }: CommandIo): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}

function processStats() {
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return { residentBytes: rss, heapBytes: heapUsed, cpuSeconds: (user + system) / 1e6 }
}
