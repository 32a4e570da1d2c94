import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import type { Accounts, Role } from '../../runner/core/accounts.ts'
import type { Result } from '../../runner/core/contracts.ts'
import type { Keep, LoadRun, Store } from '../../runner/core/ports.ts'
import type { ServerOptions } from '../../runner/server/create-server.ts'
import { createServer, type Server } from '../../runner/server/create-server.ts'
import { createAccounts } from '../../runner/stores/accounts.ts'
import { createMemoryStore } from '../../runner/stores/memory.ts'
import { createPasswords } from '../../runner/system/passwords.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { createFakeWatch, type FakeWatch, start } from '../support/fake-watch.ts'

export const token = 'a-token-of-a-test'

/** Real hashes that cost nothing. */
export const cheapPasswords = createPasswords({ log2N: 1, r: 1, p: 1 })

export interface Serving extends AsyncDisposable, Server {
  readonly watch: FakeWatch
  readonly store: Store & { readonly asked: readonly string[] }
  readonly clock: FakeClock
  readonly accounts: Accounts
  readonly artifacts: string
  readonly lines: readonly string[]
}

export interface Scene {
  readonly watch?: FakeWatch
  readonly results?: readonly Result[]
  readonly loadRuns?: readonly LoadRun[]
  readonly keep?: readonly Keep[]
  readonly options?: Partial<ServerOptions>
}

/** A real listener on a free port over a fake monitor. */
export async function serve({
  watch = createFakeWatch(),
  results = [],
  loadRuns = [],
  keep = [],
  options = {},
}: Scene = {}): Promise<Serving> {
  const artifacts = await mkdtemp(join(tmpdir(), 'vedette-artifacts-'))
  const lines: string[] = []
  const clock = fakeClock(start)
  const store = await filledStore(results, loadRuns, keep)
  const accounts = createAccounts({ path: ':memory:' })
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const server = await createServer({
    watch,
    store,
    artifacts,
    token,
    log,
    clock,
    port: 0,
    accounts,
    passwords: cheapPasswords,
    ...options,
  })
  return {
    ...server,
    watch,
    store,
    clock,
    accounts,
    artifacts,
    lines,
    async [Symbol.asyncDispose]() {
      const closed = server.close()
      // A test that failed may have left an answer unread; the grace time ends it.
      await clock.advance(5_000)
      await closed
      accounts[Symbol.dispose]()
      await rm(artifacts, { recursive: true, force: true })
    },
  }
}

/** A store in memory that also remembers what it was asked. */
async function filledStore(
  results: readonly Result[],
  loadRuns: readonly LoadRun[],
  keep: readonly Keep[],
): Promise<Store & { readonly asked: readonly string[] }> {
  const asked: string[] = []
  const store = createMemoryStore()
  await store.append({ results, health: [], keep })
  for (const run of loadRuns) await store.addLoadRun(run)
  const noted = <A extends readonly unknown[], R>(name: string, ask: (...given: A) => R) => {
    return (...given: A) => {
      asked.push(name)
      return ask(...given)
    }
  }
  return {
    ...store,
    asked,
    results: noted('results', store.results),
    strips: noted('strips', store.strips),
    windows: noted('windows', store.windows),
    series: noted('series', store.series),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

export const password = 'four words in a row'

export async function addPerson(
  { accounts }: Pick<Serving, 'accounts'>,
  name: string,
  role: Role,
  secret: string = password,
): Promise<void> {
  await accounts.addPerson({ name, role, password: await cheapPasswords.hash(secret), createdAt: start })
}

/** The cookie of whoever signs in with a password. */
export async function signIn({ url }: Server, name: string, secret: string = password): Promise<{ cookie: string }> {
  const response = await fetch(`${url}/sign-in`, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ name, password: secret }),
  })
  const cookie = response.headers.get('set-cookie')?.split(';')[0]
  if (cookie === undefined) throw new Error(`expected ${name} to be signed in, found ${response.status}`)
  return { cookie }
}
