import type { RequestListener, Server } from 'node:http'
import { parseArgs } from 'node:util'
import { authorityCertificate, type Certificate } from './certificate.ts'
import type { TargetClock } from './clock.ts'
import { listenControl } from './control.ts'
import { type Listener, listen } from './listen.ts'
import type { Mailbox } from './mailbox.ts'
import type { Parts } from './parts.ts'

/** What every reference system can be told at its start. */
export interface TargetOptions {
  /** First of its ports, in the order of its addresses. Default 0: any free ones. */
  readonly port?: number
  /** Where it listens; the control port stays on loopback. Default: 127.0.0.1. */
  readonly host?: string
  /** Ids of the promises that it breaks. */
  readonly broken?: readonly string[]
  /** Epoch milliseconds. Default: the machine's clock. */
  readonly clock?: () => number
  /** Of the data that are there at the start. Default: 1. */
  readonly seed?: number
  /** Default: `reference`. */
  readonly revision?: string
}

/** A running reference system. */
export interface Target<UrlName extends string, PartName extends string> {
  /** By the names of the pack's addresses. */
  readonly urls: Readonly<Record<UrlName, string>>
  readonly control: TargetControl<PartName>
  /** PEM: whom a client has to trust for `urls.https`. */
  readonly authority: string
  close(): Promise<void>
}

export interface TargetControl<PartName extends string> {
  readonly url: string
  advance(ms: number): void
  /** `{ redis: 'down', latency: 300 }` */
  faults(change: Readonly<Partial<Record<PartName, 'down' | 'up'>> & { latency?: number }>): void
  /** Another version is live. */
  revision(revision: string): void
  facts(): Readonly<Record<string, unknown>>
}

/** The place of each listener: ports that follow each other, or any free ones. */
export const placesOf =
  ({ port = 0, host = '127.0.0.1' }: TargetOptions) =>
  (offset: number): { readonly host: string; readonly port: number } => ({ host, port: port === 0 ? 0 : port + offset })

/** What every reference system has before it listens. */
export interface Prepared<PartName extends string> {
  /** The place of each listener, by its number. */
  readonly at: ReturnType<typeof placesOf>
  /** Of the door `https`. */
  readonly certificate: Certificate
  readonly clock: TargetClock
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly parts: Parts<PartName>
  readonly mailbox: Mailbox
  readonly revision: { current: string }
  /** The address of each door by its name, known when it listens. */
  readonly addresses: Record<string, string>
}

export interface OpenOptions<UrlName extends string, PartName extends string> extends Prepared<PartName> {
  readonly facts: () => Readonly<Record<string, unknown>>
  /** What listens at each address, in the order of the ports; the control port comes behind them. */
  readonly doors: Readonly<Record<UrlName, RequestListener>>
}

/** An open target, and what else a system needs to build on it. */
export interface OpenTarget<UrlName extends string, PartName extends string> extends Target<UrlName, PartName> {
  /** The server of each door. */
  readonly servers: Readonly<Record<UrlName, Server>>
  /** The place behind those that are taken, and so on. */
  readonly next: ReturnType<typeof placesOf>
}

/** Opens the doors of a system and its control port, which close together. */
export async function openTarget<UrlName extends string, PartName extends string>(
  options: OpenOptions<UrlName, PartName>,
): Promise<OpenTarget<UrlName, PartName>> {
  const { at, certificate, clock, parts, revision, facts, mailbox } = options
  const doors = Object.entries(options.doors) as [UrlName, RequestListener][]
  const [control, ...listeners] = await Promise.all([
    listenControl({ ...at(doors.length), clock, parts, revision, facts, mailbox }),
    ...doors.map(([name, service], index) =>
      listen(service, { ...at(index), ...(name === 'https' ? { certificate } : {}) }),
    ),
  ])
  const ofDoors = <T>(get: (listener: Listener) => T) =>
    Object.fromEntries(doors.map(([name], index) => [name, get(listeners[index]!)])) as Record<UrlName, T>
  const urls = ofDoors(({ url }) => url)
  Object.assign(options.addresses, urls)
  return {
    urls,
    servers: ofDoors(({ server }) => server),
    next: offset => at(doors.length + 1 + offset),
    control: {
      url: control.url,
      advance: clock.advance,
      faults: parts.set,
      revision(next) {
        revision.current = next
      },
      facts,
    },
    authority: authorityCertificate(),
    async close() {
      await Promise.all([control, ...listeners].map(listener => listener.close()))
    },
  }
}

/** A target with further addresses, and with others that close before it. */
export const extendTarget = <UrlName extends string, PartName extends string, More extends string>(
  target: Target<UrlName, PartName>,
  urls: Readonly<Record<More, string>>,
  ...others: readonly { close(): void | Promise<void> }[]
): Target<UrlName | More, PartName> => ({
  ...target,
  urls: { ...target.urls, ...urls },
  async close() {
    await Promise.all(others.map(other => other.close()))
    await target.close()
  },
})

/** How many there are of each, for facts: of all that has a size. */
export const sizesOf = (all: Readonly<Record<string, unknown>>): Readonly<Record<string, number>> =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, each]) => {
      const { size } = Object(each) as { readonly size?: unknown }
      return typeof size === 'number' ? [[name, size]] : []
    }),
  )

/** The command of a reference system: `--port 7140 [--host 0.0.0.0] [--break DNT-10,DNT-32] [--revision abc]`. Ends at SIGTERM. */
export async function runTarget(
  create: (options: TargetOptions) => Promise<Target<string, never>>,
  port: number,
): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: String(port) },
      host: { type: 'string' },
      break: { type: 'string' },
      revision: { type: 'string' },
    },
  })
  const { port: first, break: broken, ...rest } = values
  const target = await create({ ...rest, port: Number(first), ...(broken ? { broken: broken.split(',') } : {}) })
  for (const [name, url] of Object.entries({ ...target.urls, control: target.control.url }))
    console.log(`${name.padEnd(9)} ${url}`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void target.close())
}
