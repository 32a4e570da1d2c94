/**
 * Entry file of a child that tells of one incident, its beginning and its end, and kills itself at one step. Its clock runs fifty times as
 * fast as the machine's, so that pauses pass.
 */

import type { Clock } from '../../runner/core/contracts.ts'
import type { Happening } from '../../runner/core/incidents.ts'
import type { Keep } from '../../runner/core/ports.ts'
import { createNotifications } from '../../runner/engine/notifications.ts'
import { webhook } from '../../runner/notifiers/webhook.ts'
import { createSqliteStore } from '../../runner/stores/sqlite.ts'
import { realClock } from '../../runner/system/clock.ts'
import { createRequests } from '../../runner/system/notifier-request.ts'
import { happening, incidentOf } from '../support/incidents.ts'
import { quietLog } from '../support/quiet-log.ts'

const [path, url, began, deadly = ''] = process.argv.slice(2) as [string, string, string, string?]
const speed = 50
const start = Number(began)
const now = () => Math.round(start + (Date.now() - start) * speed)
const clock: Clock = {
  ...realClock,
  now,
  monotonic: () => performance.now() * speed,
  timer: (ms, wake) => realClock.timer(ms / speed, wake),
  sleep: (ms, signal) => realClock.sleep(ms / speed, signal),
  deadline: (ms, signal) => realClock.deadline(ms / speed, signal),
}

/** Steps are `<where> <occasion>`. */
const passes = (step: string) => {
  if (step === deadly) process.kill(process.pid, 'SIGKILL')
}

const store = await createSqliteStore({ path, clock: realClock })
const requests = createRequests()
const incident = incidentOf({ openedAt: start })
let settle: () => void = () => {}
const over = new Promise<void>(resolve => {
  settle = resolve
})

const notifications = createNotifications({
  store,
  clock,
  log: quietLog(),
  random: () => 0,
  settings: () => ({
    notifiers: [webhook({ url, secret: `whsec_${btoa('a key of a test, not secret')}` })],
    group: 2_000,
    scrub: text => text,
    reveal: String,
  }),
  async request(options) {
    const occasion = (JSON.parse(String(options.body)) as { readonly type: string }).type.replace('incident.', '')
    passes(`marked ${occasion}`)
    const answer = await requests.request(options)
    passes(`sent ${occasion}`)
    return answer
  },
  onEvent(event) {
    if (event.kind !== 'notification' || event.notification.state !== 'delivered') return
    passes(`recorded ${event.notification.occasion}`)
    if (event.notification.occasion === 'opened') void happen(happening(incident, 'resolved', now()))
    else settle()
  },
  onSignal: () => {},
})

async function happen(what: Happening): Promise<void> {
  const occasion = what.line.kind
  const keeps = notifications.plan([what])
  passes(`planned ${occasion}`)
  const value = what.incident
  const keep: Keep = { kind: 'incident', id: value.id, at: value.openedAt, open: value.resolvedAt === undefined, value }
  await store.append({ results: [], health: [], keep: [keep, ...keeps] })
  passes(`stored ${occasion}`)
  notifications.stored(keeps)
}

await notifications.start()
const known = await store.keptOne('incident', incident.id)
if (known === undefined) await happen(happening(incident, 'opened', start))
else {
  const delivered = (await store.kept('notification')).filter(({ state }) => state === 'delivered')
  if (delivered.some(({ occasion }) => occasion === 'resolved')) settle()
  else if (delivered.length > 0 && known.resolvedAt === undefined) await happen(happening(incident, 'resolved', now()))
}
await over
await notifications.stop()
await requests[Symbol.asyncDispose]()
await store[Symbol.asyncDispose]()
