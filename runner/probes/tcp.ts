import type { Socket } from 'node:net'
import { z } from 'zod'
import { below, parseOptions, show } from '../config/options.ts'
import { text } from '../config/secret.ts'
import type { Observation, Problem, Step } from '../core/contracts.ts'
import type { Probe, ProbeRun } from '../core/definitions.ts'
import { formatDuration } from '../core/duration.ts'
import { publicOnly } from '../system/address-guard.ts'
import { type Secure, upgrade } from '../system/connector.ts'
import { createTlsContexts } from '../system/tls-contexts.ts'
import { type Conversation, converse } from './parts/conversation.ts'
import {
  dial,
  phasesOf,
  placeFields,
  placeName,
  placeOf,
  placeOrigins,
  placeProblems,
  type Times,
} from './parts/dial.ts'
import { addresses, ca, caFiles, family, type Pattern, pattern, secretsIn, servername } from './parts/fields.ts'
import { cutShort, type Trouble, troubleOf } from './parts/trouble.ts'
import { unusable } from './parts/unusable.ts'

type Answerer = (match: RegExpMatchArray) => string

const step = z.strictObject({
  expect: pattern
    .optional()
    .describe(
      'What must come: text, or an expression, in which `^` and `$` mean lines. Whatever comes before it is skipped.',
    ),
  not: pattern.optional().describe('What must not come first: ends the wait at once (`/^5\\d\\d/` of a mail server).'),
  send: z
    .union([
      text,
      z.custom<Answerer>(value => typeof value === 'function', { message: 'expected text, a secret, or a function' }),
    ])
    .optional()
    .describe('What is sent then: text, a secret, or a function of what `expect` matched: `match => match[1]`.'),
  startTls: z.literal(true).optional().describe('Goes on in TLS then (STARTTLS).'),
})

export const tcpOptions = z.strictObject({
  ...placeFields,
  tls: z.boolean().optional().describe('Speaks TLS from the start. Default: false.'),
  ca,
  servername,
  verify: z.boolean().optional().describe('False: a bad certificate is no failure. Default: true.'),
  family,
  addresses,
  dialogue: z
    .array(step)
    .optional()
    .describe(
      'What is said: in every step first `expect`, then `send`, then `startTls`. Default: connecting is enough.',
    ),
})

/** Options of `tcp`. */
export type TcpOptions = z.input<typeof tcpOptions>
type Options = z.output<typeof tcpOptions>

/**
 * Connects to a port, and talks to whom it finds there.
 *
 * @example tcp({ port: 25, dialogue: [{ expect: /^220 / }, { send: 'QUIT\r\n' }, { expect: /^221 / }] })
 */
export function tcp(given: TcpOptions = {}): Probe {
  const at = ['tcp']
  const { options, problems } = parseOptions(at, tcpOptions, given)
  const common = { kind: 'tcp', summary: `connect ${placeName(options)}` }
  if (problems.length > 0) return unusable(common.kind, common.summary, problems)
  const contexts = createTlsContexts()
  const guard = options.addresses === 'public' ? publicOnly() : undefined
  const secure = (run: ProbeRun): Secure => ({
    context: contexts.get(options.ca === undefined ? {} : { ca: options.ca }, run),
    servername: options.servername,
    verify: options.verify ?? true,
  })
  return Object.freeze({
    ...common,
    origins: placeOrigins(options),
    secrets: secretsIn(options),
    files: caFiles(options.ca),
    problems: below(at, [...placeProblems(options), ...stepProblems(options)]),
    async observe(run: ProbeRun): Promise<Observation> {
      const place = placeOf(run, options)
      const times: Times = { started: run.clock.monotonic() }
      const target = { ...place, family: options.family, guard, secure: options.tls ? secure(run) : undefined }
      const dialled = await dial(run, target, times)
      if ('trouble' in dialled) return { ok: false, ...dialled.trouble, phases: phasesOf(times) }
      const talk = await talkTo(run, dialled.socket, options, place.host, () => secure(run), times)
      return { ...talk, phases: phasesOf(times, options.dialogue ? run.clock.monotonic() : undefined) }
    },
  })
}

function stepProblems({ dialogue = [] }: Options): readonly Problem[] {
  return dialogue.flatMap((part, index): readonly Problem[] => {
    const wrong = (message: string): Problem => ({ level: 'error', path: ['dialogue', String(index)], message })
    return [
      ...(part.expect === undefined && part.send === undefined && part.startTls === undefined
        ? [wrong('expected `expect`, `send` or `startTls`, found none of them')]
        : []),
      ...(part.not !== undefined && part.expect === undefined
        ? [wrong('expected `expect` beside `not`, found none')]
        : []),
    ]
  })
}

async function talkTo(
  run: ProbeRun,
  plain: Socket,
  { dialogue = [] }: Options,
  host: string,
  secure: () => Secure,
  times: Times,
): Promise<Observation> {
  const steps: Step[] = []
  let talk = converse(plain, run)
  let said: RegExpMatchArray = ['']
  try {
    for (const part of dialogue) {
      const started = run.clock.monotonic()
      const heard = part.expect === undefined ? said : await hear(talk, run, part.expect, part.not)
      const trouble = Array.isArray(heard) ? undefined : (heard as Trouble)
      if (!trouble && part.send !== undefined) {
        said = heard as RegExpMatchArray
        talk.send(typeof part.send === 'function' ? part.send(said) : run.reveal(part.send))
      }
      const outcome =
        trouble ??
        (part.startTls
          ? await secured(run, talk, host, secure(), part.expect === undefined ? '\n' : (heard as RegExpMatchArray)[0])
          : undefined)
      const duration = run.clock.monotonic() - started
      const ended = outcome !== undefined && 'reason' in outcome ? outcome : undefined
      steps.push({
        title: titleOf(part),
        startedAt: started - times.started,
        duration,
        ...(ended ? { error: ended.detail } : {}),
      })
      if (ended) return { ok: false, ...ended, steps }
      if (outcome !== undefined && 'send' in outcome) talk = outcome
    }
    return { ok: true, ...(steps.length === 0 ? {} : { steps }) }
  } finally {
    talk.end()
    plain.destroy()
  }
}

async function hear(
  talk: Conversation,
  run: ProbeRun,
  wanted: Pattern,
  unwanted: Pattern | undefined,
): Promise<RegExpMatchArray | Trouble> {
  const words = `expected ${show(wanted)}`
  const heard = await talk.until(text => {
    const match = matchOf(wanted, text)
    if (match) return match
    return unwanted !== undefined && matchOf(unwanted, text) ? 'unwanted' : undefined
  })
  if (heard.kind === 'found') {
    if (heard.value !== 'unwanted') {
      talk.skip(heard.value.index! + heard.value[0].length)
      return heard.value
    }
    return { reason: 'assertion', detail: `${words}, found ${saw(talk.heard())}` }
  }
  if (heard.kind === 'full')
    return {
      reason: 'limit',
      detail: `${words} within ${heard.limit.toLocaleString('en')} bytes, found more without it`,
    }
  if (heard.kind === 'aborted') return cutShort(run, `${words}, found ${saw(talk.heard())}`)
  if (heard.kind === 'error') return troubleOf(heard.error, 'wait', words.slice(9))
  const found = talk.heard()
  return found === ''
    ? { reason: 'protocol', detail: `${words}, found that the other side closed the connection without a word` }
    : { reason: 'assertion', detail: `${words}, found ${saw(found)} and the end of the connection` }
}

function matchOf(wanted: Pattern, text: string): RegExpMatchArray | undefined {
  if (wanted instanceof RegExp) {
    // `^` means the start of a line, wherever the last match ended; flags that remember a place would make runs differ.
    const flags = [...new Set(`${wanted.flags.replace(/[gy]/g, '')}m`)].join('')
    return new RegExp(wanted.source, flags).exec(text) ?? undefined
  }
  const index = text.indexOf(wanted)
  return index < 0 ? undefined : Object.assign([wanted] as [string], { index })
}

async function secured(
  run: ProbeRun,
  talk: Conversation,
  host: string,
  secure: Secure,
  matched: string,
): Promise<Conversation | Trouble> {
  // The rest of the line that was matched belongs to it, also when it comes later.
  if (!matched.endsWith('\n')) {
    const line = await talk.until(text => (text.includes('\n') ? text.indexOf('\n') + 1 : undefined))
    if (line.kind === 'aborted') return cutShort(run, 'asked for TLS, then no end of the line that allows it')
    if (line.kind === 'found') talk.skip(line.value)
  }
  const early = talk.heard()
  // What was said in the open must not count as said in TLS (command injection).
  if (early !== '')
    return { reason: 'protocol', detail: `expected nothing more before the TLS handshake, found ${saw(early)}` }
  const plain = talk.release()
  const started = run.clock.monotonic()
  return new Promise((resolve, reject) => {
    const answer = (make: () => Conversation | Trouble) => {
      run.signal.removeEventListener('abort', onAbort)
      try {
        resolve(make())
      } catch (error) {
        reject(error)
      }
    }
    const onAbort = () => {
      socket.destroy()
      plain.destroy()
      answer(() =>
        cutShort(
          run,
          `asked for TLS, then no end of the handshake after ${formatDuration(run.clock.monotonic() - started)}`,
        ),
      )
    }
    const socket = upgrade(plain, secure, host, (error, ready) =>
      answer(() => (error ? troubleOf(error, 'tls', host) : converse(ready, run))),
    )
    if (run.signal.aborted) return onAbort()
    run.signal.addEventListener('abort', onAbort, { once: true })
  })
}

const saw = (text: string) => (text === '' ? 'nothing' : show(text.trim().replace(/\s+/g, ' ')))

function titleOf({ expect, send, startTls }: z.output<typeof step>): string {
  const parts = [
    expect === undefined ? undefined : `expect ${show(expect)}`,
    send === undefined ? undefined : typeof send === 'string' ? `send ${show(send.trim())}` : 'send an answer',
    startTls ? 'start TLS' : undefined,
  ]
  return parts.filter(part => part !== undefined).join(', ')
}
