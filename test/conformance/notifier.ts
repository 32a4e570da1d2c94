import { describe, expect, onTestFinished, test } from 'vitest'
import type { Secret } from '../../runner/core/definitions.ts'
import type { Incident } from '../../runner/core/incidents.ts'
import type { Delivery, Message, Notifier, Occasion, SendContext } from '../../runner/core/notifications.ts'
import { createRequests } from '../../runner/system/notifier-request.ts'
import { affectedOf, happening, incidentOf, noon } from '../support/incidents.ts'

/** A notifier with the real receiver that it writes to. */
export interface NotifierScene extends AsyncDisposable {
  readonly notifier: Notifier
  /** Values of its secrets by the name of their variable. */
  readonly secrets: Readonly<Record<string, string>>
  /** Texts of what was taken, decoded as a receiver would: bodies, subjects, headers. */
  readonly taken: readonly string[]
  readonly tries: number
  behave(how: 'take' | 'hang' | 'busy' | 'unauthorized' | 'unknown' | 'redirect' | 'reset' | 'garbage'): void
  received(tries: number): Promise<void>
  /** Resolves when no connection is left open. */
  quiet(): Promise<void>
}

export interface NotifierKit {
  open(): Promise<NotifierScene>
  /** Ways of HTTP that others do not have. */
  readonly http: boolean
}

/** One try, as the outbox makes it. */
export async function trySending(
  notifier: Notifier,
  message: Message,
  {
    secrets = {},
    signal = new AbortController().signal,
  }: { secrets?: NotifierScene['secrets']; signal?: AbortSignal } = {},
): Promise<Delivery> {
  await using requests = createRequests()
  return await notifier
    .send(message, contextOf(requests.request, secrets, signal))
    .catch((error: unknown): Delivery => ({ outcome: 'later', trouble: (error as Error).message }))
}

export const contextOf = (
  request: ReturnType<typeof createRequests>['request'],
  secrets: NotifierScene['secrets'] = {},
  signal: AbortSignal = new AbortController().signal,
): SendContext => ({
  signal,
  now: noon + 240_000,
  reveal: value =>
    typeof value === 'string' ? value : secrets[(value as Secret & { source: { env: string } }).source.env]!,
  request: given => request({ ...given, signal }),
})

export function messageOf(
  incidents: readonly Incident[] = [incidentOf()],
  occasion: Occasion = 'opened',
  change: Partial<Message> = {},
): Message {
  return {
    id: `${incidents[0]!.id}~oncall~${occasion}~${noon}`,
    occasion,
    at: noon + 240_000,
    incidents: incidents.map(incident => ({
      incident,
      url: `https://vedette.example.com/incidents/${incident.id}`,
      runUrl: `https://vedette.example.com/runs/shop~health~local~${noon}~schedule`,
    })),
    ...change,
  }
}

/** What a target may say to do harm: markup, mentions, ends of lines, hidden and turned text, half a character. */
export const hostile =
  '<!channel> <script>alert(1)</script> *bold* _it_ `code` [a](https://evil.example) \r\nX-Injected: 1\r\n.\r\nQUIT\u202E\u0000\u001b[31m\u2028 "q" \\ 𝕏 日本語 é \ud800'

/** Values that must not be seen; of an address the path alone. */
const secretsOf = ({ secrets }: NotifierScene) =>
  Object.values(secrets).map(value => (URL.canParse(value) ? new URL(value).pathname : value))

/** What every notifier promises. */
export function notifierConformance({ open, http }: NotifierKit) {
  const scene = async () => {
    const opened = await open()
    onTestFinished(() => opened[Symbol.asyncDispose]())
    const send = (message: Message, signal?: AbortSignal) =>
      trySending(opened.notifier, message, { secrets: opened.secrets, ...(signal === undefined ? {} : { signal }) })
    return { ...opened, opened, send }
  }

  describe('as every notifier', () => {
    test('delivers a message once, with what, where, since when, and where to look', async () => {
      const { opened, send } = await scene()
      expect(await send(messageOf())).toEqual({ outcome: 'delivered' })
      expect(opened.taken).toHaveLength(1)
      const text = opened.taken.join()
      for (const said of [
        'shop: health does not answer',
        'production',
        'P1',
        'backend',
        'connection refused',
        '/incidents/shop',
      ])
        expect(text.replaceAll('\\/', '/').toLowerCase()).toContain(said.toLowerCase())
    })

    test('ends with its signal when the receiver hangs, and leaves no connection', async () => {
      const { opened, send } = await scene()
      opened.behave('hang')
      const stop = new AbortController()
      const sent = send(messageOf(), stop.signal)
      await opened.received(1)
      stop.abort(new Error('enough'))
      expect((await sent).outcome).toBe('later')
      await opened.quiet()
    })

    test('sends nothing when its signal is aborted already', async () => {
      const { opened, send } = await scene()
      expect((await send(messageOf(), AbortSignal.abort(new Error('enough')))).outcome).toBe('later')
      expect(opened.tries).toBe(0)
    })

    test('tries again later when the receiver is busy, not before it wants', async () => {
      const { opened, send } = await scene()
      opened.behave('busy')
      expect(await send(messageOf())).toMatchObject({ outcome: 'later', ...(http ? { after: 7_000 } : {}) })
    })

    test.each(['unauthorized', 'unknown'] as const)('never tries again when it is %s', async how => {
      const { opened, send } = await scene()
      opened.behave(how)
      expect(await send(messageOf())).toMatchObject({ outcome: 'never', trouble: expect.stringContaining('expected') })
    })

    test.each(['reset', ...(http ? (['garbage', 'redirect'] as const) : [])] as const)(
      'tries again later after a %s',
      async how => {
        const { opened, send } = await scene()
        opened.behave(how)
        const delivery = await send(messageOf())
        expect(delivery).toMatchObject({ outcome: 'later' })
        expect(opened.tries, 'a redirect is not followed').toBe(1)
      },
    )

    test('has a big incident cut so that it is taken', async () => {
      const { opened, send } = await scene()
      const affected = Array.from({ length: 500 }, (_, index) =>
        affectedOf(`check-${index}`, { detail: `${index} ${'𝕏日"\\\n'.repeat(20_000)}` }),
      )
      expect(await send(messageOf([incidentOf({ affected, title: 't'.repeat(5_000) })]))).toEqual({
        outcome: 'delivered',
      })
      expect(opened.taken.join()).toContain('500 checks')
    })

    test('has a big group cut so that it is taken', async () => {
      const { opened, send } = await scene()
      if (opened.notifier.single) return
      const incidents = Array.from({ length: 500 }, (_, index) =>
        incidentOf({ system: `shop-${index}`, affected: [affectedOf('health', { detail: '日'.repeat(100_000) })] }),
      )
      expect(await send(messageOf(incidents))).toEqual({ outcome: 'delivered' })
      expect(opened.taken.join()).toContain('shop-0')
    })

    test('lets nothing through that moves cursors, hides text or forges a line', async () => {
      const { opened, send } = await scene()
      const incident = incidentOf({
        title: hostile,
        owner: hostile,
        affected: [affectedOf('health', { detail: hostile })],
      })
      expect(await send(messageOf([incident]))).toEqual({ outcome: 'delivered' })
      const text = opened.taken.join()
      const harmful = /[^\P{Cc}\n\r\t]|[\u202E\u2028]/u
      expect([...text].filter(character => harmful.test(character))).toEqual([])
      expect(text).toContain('日本語')
    })

    test('says nothing of its secrets, neither in what it sends nor in what went wrong', async () => {
      const { opened, send } = await scene()
      await send(messageOf())
      for (const how of ['unauthorized', 'reset', 'busy'] as const) {
        opened.behave(how)
        const delivery = await send(messageOf())
        for (const value of secretsOf(opened)) expect(JSON.stringify(delivery)).not.toContain(value)
      }
      for (const value of secretsOf(opened)) expect(opened.taken.join()).not.toContain(value)
    })

    test('marks a drill', async () => {
      const { opened, send } = await scene()
      expect(await send(messageOf([incidentOf({ drill: true })], 'drill'))).toEqual({ outcome: 'delivered' })
      expect(opened.taken[0]).toMatch(/DRILL/)
      expect(opened.taken.join()).toMatch(/this is a test of the alarm/)
    })

    test('tells the end, also when the message was meant for the beginning', async () => {
      for (const occasion of ['resolved', 'opened'] as const) {
        const { opened, send } = await scene()
        const { incident } = happening(incidentOf(), 'resolved', noon + 120_000)
        expect(await send(messageOf([incident], occasion))).toEqual({ outcome: 'delivered' })
        expect(opened.taken.join()).toMatch(/resolve|"endsAt":"2026-01-05T12:02:00.000Z"/i)
      }
    })

    test.each(['changed', 'acknowledged', 'reminder', 'escalated'] as const)('tells of what is %s', async occasion => {
      const { send } = await scene()
      const { incident } = happening(incidentOf(), occasion === 'acknowledged' ? occasion : 'joined', noon + 120_000)
      expect(await send(messageOf([incident], occasion))).toEqual({ outcome: 'delivered' })
    })

    test('names its secrets, so that they are looked for and scrubbed, and shows none', async () => {
      const { opened } = await scene()
      expect(opened.notifier.secrets).toHaveLength(Object.keys(opened.secrets).length)
      expect(opened.notifier.problems).toEqual([])
      expect(opened.notifier.id).toMatch(/^[a-z0-9-]+$/)
      for (const value of secretsOf(opened)) expect(JSON.stringify(opened.notifier)).not.toContain(value)
    })
  })
}
