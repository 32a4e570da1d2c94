import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { type Behaviour, createReceiver, type Request } from '../support/receiver.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** Runs the child until it kills itself at the step, or, without one, until both messages are delivered. */
async function tell(path: string, url: string, began: number, deadly = ''): Promise<string | number> {
  const entry = join(import.meta.dirname, 'teller-process.ts')
  const child = spawn(process.execPath, [entry, path, url, String(began), deadly], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null]
  return signal ?? code!
}

const where = ['planned', 'stored', 'marked', 'sent', 'recorded']
const steps = ['opened', 'resolved'].flatMap(occasion => where.map(step => `${step} ${occasion}`))
const occasionOf = ({ body }: Request) => (JSON.parse(body) as { readonly type: string }).type.replace('incident.', '')

// Many starts of a whole process: a busy machine takes its time.
describe('killed at every step, with a receiver that', { timeout: 180_000, concurrent: true }, () => {
  test.each<[string, Behaviour]>([
    ['fails', { status: 503 }],
    ['hangs', 'hang'],
    ['redirects', { status: 302, headers: { location: '/elsewhere' } }],
    ['is busy', { status: 429, headers: { 'retry-after': '10' } }],
    ['resets', 'reset'],
  ])(
    '%s each other time, it loses nothing, keeps the order, and sends doubles under the same id',
    async (_name, bad) => {
      using folder = tempFolder()
      const path = join(folder.path, 'history.db')
      const taken: Request[] = []
      let turn = 0
      await using receiver = await createReceiver(request => {
        turn += 1
        if (turn % 2 === 1) return bad
        taken.push(request)
        return { status: 204 }
      })
      const began = Date.now()
      for (const step of steps) expect(await tell(path, receiver.url, began, step), step).toBe('SIGKILL')
      expect(await tell(path, receiver.url, began)).toBe(0)

      const order = taken.map(occasionOf)
      expect(order.toSorted(), 'the beginning before the end').toEqual(order)
      expect(new Set(order)).toEqual(new Set(['opened', 'resolved']))
      for (const occasion of ['opened', 'resolved']) {
        const all = receiver.requests.filter(request => occasionOf(request) === occasion)
        expect(all.length, 'a kill between sending and recording makes a double').toBeGreaterThan(1)
        expect(new Set(all.map(({ headers }) => headers['webhook-id'])), occasion).toHaveLength(1)
      }
      await using store = await createSqliteStore({ path, clock: realClock })
      const records = await store.kept('notification')
      expect(records.map(({ state, occasion }) => `${occasion} ${state}`).toSorted()).toEqual([
        'opened delivered',
        'resolved delivered',
      ])
      expect(await store.kept('notification', { open: true })).toEqual([])
      expect(receiver.requests.map(({ path }) => path)).not.toContain('/elsewhere')
    },
  )
})
