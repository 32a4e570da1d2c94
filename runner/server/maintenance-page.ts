/** The page of maintenance windows, and its forms. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { maintenancePage, type WindowForm } from '../../dashboards/web/maintenance.ts'
import type { Maintenance } from '../core/maintenance.ts'
import { unfitting } from '../core/selection.ts'
import { actorOf, field, granted, mayAct } from './acting.ts'
import { renderer } from './pages.ts'
import type { Rooms } from './rooms.ts'

const hour = 3_600_000
const day = 24 * hour

export function serveMaintenancePage(app: FastifyInstance, rooms: Rooms): void {
  const { watch, store, clock } = rooms
  const render = renderer(rooms)

  const page = async (request: FastifyRequest, reply: FastifyReply, form?: WindowForm) => {
    const now = clock.now()
    const windows = watch.alarms.maintenance()
    const kept = await store.kept('maintenance', { from: now - 400 * day, limit: 1_000 })
    const data = {
      now,
      windows,
      past: kept.filter(window => isOver(window, now)).slice(0, 100),
      form: form ?? suggestion(now),
      mayAct: mayAct(rooms, request),
    }
    return render(request, reply, maintenancePage(data))
  }

  app.get('/maintenance', async (request, reply) => page(request, reply))
  app.post('/maintenance', async (request, reply) => {
    const by = actorOf(rooms, request).name
    const form = {
      title: field(request, 'title'),
      selection: field(request, 'selection'),
      from: field(request, 'from'),
      to: field(request, 'to'),
    }
    const window = windowOf(form)
    if ('trouble' in window) return page(request, reply.status(400), { ...form, trouble: window.trouble })
    // Two that are declared in the same moment are told apart by what they are about.
    const id = `declared-${clock.now()}-${window.selection.join('-').replace(/[^\w-]+/g, '-')}`.slice(0, 100)
    await granted(watch.alarms.declareMaintenance({ ...window, id, by }))
    return reply.redirect('/maintenance', 303)
  })
  app.post('/maintenance/:id/end', async (request, reply) => {
    actorOf(rooms, request)
    const { id } = request.params as { readonly id: string }
    await granted(watch.alarms.endMaintenance(id))
    return reply.redirect('/maintenance', 303)
  })

  /** The window that a form means, or what is wrong with it. */
  function windowOf(
    form: Omit<WindowForm, 'trouble'>,
  ): Pick<Maintenance, 'title' | 'selection' | 'when'> | { readonly trouble: string } {
    const { title } = form
    if (title === '') return { trouble: 'Expected a title that says what is done, found none.' }
    const selection = form.selection.split(/[\s,]+/).filter(Boolean)
    const [wrong] = unfitting(
      watch.checks().map(check => ({ ...check, smoke: true })),
      selection,
    )
    if (selection.length === 0) return { trouble: 'Expected what is in maintenance, such as a system, found nothing.' }
    if (wrong) return { trouble: `${wrong.message.charAt(0).toUpperCase()}${wrong.message.slice(1)}` }
    const [from, to] = [timeOf(form.from), timeOf(form.to)]
    if (from === undefined || to === undefined) {
      return { trouble: `Expected times such as 2026-01-05T12:00 (UTC), found '${form.from}' and '${form.to}'.` }
    }
    if (to <= from) return { trouble: 'Expected an end after the beginning, found it before; change one of them.' }
    if (to <= clock.now()) return { trouble: 'Expected an end that lies ahead, found one that is over.' }
    return { title, selection, when: { from, to } }
  }
}

/** From now, to the minute, for an hour. */
function suggestion(now: number): WindowForm {
  const local = (at: number) => new Date(at).toISOString().slice(0, 16)
  return { title: '', selection: '', from: local(now), to: local(now + hour) }
}

function timeOf(text: string): number | undefined {
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(text) ? Date.parse(`${text}Z`) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

const isOver = ({ endedAt, when }: Maintenance, now: number): boolean =>
  endedAt !== undefined || ('to' in when && when.to <= now)
