import { z } from 'zod'
import { below, nameOf, parseOptions, show } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Observation, Step } from '../core/contracts.ts'
import type { Probe, ProbeRun } from '../core/definitions.ts'
import { publicOnly } from '../system/address-guard.ts'
import { hostOf, portOf } from '../system/connector.ts'
import { createTlsContexts } from '../system/tls-contexts.ts'
import { dial, phasesOf, type Times } from './parts/dial.ts'
import { addresses, ca, caFiles, family, fits, originName, pattern, secretsIn, servername } from './parts/fields.ts'
import { isWhole, pathProblems } from './parts/path.ts'
import { cutShort, type Trouble, troubleOf } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'
import { type Channel, type Ending, openChannel, until } from './parts/websocket-channel.ts'

const step = z.strictObject({
  expect: pattern
    .optional()
    .describe('Message that must come: text that it contains, or an expression. Others before it are skipped.'),
  not: pattern.optional().describe('Message that must not come before it: ends the wait at once.'),
  send: text.optional().describe('Message that is sent then: text or a secret.'),
})

export const websocketOptions = z.strictObject({
  origin: originName,
  headers: z.record(z.string(), text).optional().describe('Headers of the request.'),
  bearer: text.optional().describe('Token (Bearer authentication).'),
  protocols: z
    .array(z.string().min(1))
    .optional()
    .describe('Subprotocols that are offered; one of them must be chosen.'),
  dialogue: z
    .array(step)
    .optional()
    .describe('What is said: in every step first `expect`, then `send`. Default: the handshake is enough.'),
  ca,
  servername,
  verify: z.boolean().optional().describe('False: a bad certificate is no failure. Default: true.'),
  family,
  addresses,
})

/** Options of `websocket`. */
export type WebsocketOptions = z.input<typeof websocketOptions>
type Options = z.output<typeof websocketOptions>

/**
 * Opens a WebSocket, and talks over it.
 *
 * @example websocket('/live', { dialogue: [{ send: '{"subscribe":"orders"}' }, { expect: /"subscribed"/ }] })
 */
export function websocket(path: string, given: WebsocketOptions = {}): Probe {
  const at = ['websocket']
  const { options, problems } = parseOptions(at, websocketOptions, given)
  const summary = `open ${nameOf(path)}`
  if (problems.length > 0) return unusable('websocket', summary, problems)
  const contexts = createTlsContexts()
  const guard = options.addresses === 'public' ? publicOnly() : undefined
  return Object.freeze({
    kind: 'websocket',
    summary,
    origins: isWhole(path, 'ws') ? [] : [options.origin ?? 'web'],
    secrets: secretsIn(options),
    files: caFiles(options.ca),
    problems: below(at, pathProblems(path, 'ws', "a path such as '/live' or a whole address (wss://…)")),
    async observe(run: ProbeRun): Promise<Observation> {
      const url = addressOf(run, path, options.origin)
      const times: Times = { started: run.clock.monotonic() }
      const secure = url.protocol === 'wss:' && {
        context: contexts.get(options.ca === undefined ? {} : { ca: options.ca }, run),
        servername: options.servername,
        verify: options.verify ?? true,
      }
      const target = {
        host: hostOf(url),
        port: portOf(url),
        family: options.family,
        guard,
        ...(secure ? { secure } : {}),
      }
      const dialled = await dial(run, target, times)
      if ('trouble' in dialled) return { ok: false, ...dialled.trouble, phases: phasesOf(times) }
      const { socket } = dialled
      const channel = openChannel(url, options.protocols ?? [], headersOf(run, url, options), socket)
      try {
        const { steps, trouble, opened } = await talk(run, channel, options, times, url)
        const phases = phasesOf(times, opened ?? run.clock.monotonic())
        const told =
          opened === undefined || steps.length === 0
            ? []
            : [{ name: 'transfer' as const, duration: run.clock.monotonic() - opened, hop: 0 }]
        return {
          ...(trouble ? { ok: false, ...trouble } : { ok: true }),
          phases: [...phases, ...told],
          ...(steps.length === 0 ? {} : { steps }),
        }
      } finally {
        channel.close()
        socket.destroySoon()
      }
    },
  })
}

function addressOf(run: ProbeRun, path: string, origin: string | undefined): URL {
  const url = isWhole(path, 'ws') ? new URL(path) : new URL(path, run.url(origin))
  return new URL(url.href.replace(/^http/, 'ws'))
}

function headersOf(run: ProbeRun, url: URL, { headers = {}, bearer }: Options): Record<string, string> {
  return {
    // An address of the system is known by its http form.
    ...(run.ownOrigin(new URL(url.href.replace(/^ws/, 'http'))) ? run.marks : {}),
    ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, run.reveal(value)])),
    ...(bearer === undefined ? {} : { authorization: `Bearer ${run.reveal(bearer)}` }),
  }
}

interface Talk {
  readonly steps: readonly Step[]
  readonly trouble?: Trouble
  /** Moment at which the WebSocket was open. */
  readonly opened?: number
}

async function talk(
  run: ProbeRun,
  channel: Channel,
  { dialogue = [] }: Options,
  times: Times,
  url: URL,
): Promise<Talk> {
  const peer = `${hostOf(url)}:${portOf(url)}`
  const shaken = await until(run, channel, () => (channel.isOpen() ? true : undefined))
  if (shaken !== true) return { steps: [], trouble: troubleIn(run, shaken, 'a WebSocket', peer) }
  const opened = run.clock.monotonic()
  const steps: Step[] = []
  for (const { expect, not, send } of dialogue) {
    const started = run.clock.monotonic()
    const words = expect === undefined ? '' : `a message like ${show(expect)}`
    const heard = expect === undefined ? true : await until(run, channel, () => hear(channel.messages, expect, not))
    const trouble =
      heard === true
        ? undefined
        : typeof heard === 'object' && 'unwanted' in heard
          ? { reason: 'assertion' as const, detail: `expected ${words}, found ${show(heard.unwanted)}` }
          : troubleIn(run, heard, words, peer)
    if (!trouble && send !== undefined) channel.send(run.reveal(send))
    const title = [
      expect === undefined ? undefined : `expect ${show(expect)}`,
      send === undefined ? undefined : `send ${typeof send === 'string' ? show(send) : 'a secret'}`,
    ]
    steps.push({
      title: title.filter(part => part !== undefined).join(', '),
      startedAt: started - times.started,
      duration: run.clock.monotonic() - started,
      ...(trouble ? { error: trouble.detail } : {}),
    })
    if (trouble) return { steps, trouble, opened }
  }
  return { steps, opened }
}

/** Takes messages off the list until one fits. */
function hear(
  messages: string[],
  wanted: z.output<typeof pattern>,
  unwanted: z.output<typeof pattern> | undefined,
): true | { readonly unwanted: string } | undefined {
  for (let message = messages.shift(); message !== undefined; message = messages.shift()) {
    if (fits(wanted, message)) return true
    if (unwanted !== undefined && fits(unwanted, message)) return { unwanted: message }
  }
  return undefined
}

function troubleIn(run: ProbeRun, ending: Ending | 'aborted', wanted: string, peer: string): Trouble {
  if (ending === 'aborted') return cutShort(run, `connected, then waited for ${wanted}`)
  if (ending.kind === 'status')
    return { reason: 'status', detail: `expected ${wanted} (status 101), found status ${ending.status}` }
  if (ending.kind === 'closed') {
    const why = ending.reason === '' ? '' : `: ${show(ending.reason)}`
    return {
      reason: 'protocol',
      detail: `expected ${wanted}, found that the other side closed the WebSocket (${ending.code}${why})`,
    }
  }
  const { code, message } = ending.error as Error & { code?: string }
  if (code === undefined || code.startsWith('WS_ERR')) {
    const reason = code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'limit' : 'protocol'
    return { reason, detail: `expected ${wanted}, found what breaks the rules of WebSocket: ${message}` }
  }
  return troubleOf(ending.error, 'wait', peer)
}
