/** The page of maintenance windows, and its forms. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { maintenancePage, type WindowForm } from '../../dashboards/web/maintenance.ts'
import { field } from './acting.ts'
import { declareWindow, endWindow, pastMaintenance, type WantedWindow } from './maintenance.ts'
import { renderer } from './pages.ts'
import { HttpProblem, sentence } from './problem.ts'
import { asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const hour = 3_600_000
const mostPast = 100

export function serveMaintenancePage(app: FastifyInstance, rooms: Rooms): void {
  const { watch, clock, access } = rooms
  const render = renderer(rooms)

  const page = async (request: FastifyRequest, reply: FastifyReply, form?: WindowForm) => {
    const now = clock.now()
    const data = {
      now,
      windows: watch.alarms.maintenance(),
      past: await pastMaintenance(rooms, mostPast),
      form: form ?? suggestion(now),
      mayAct: await access.mayDo(request, 'operate'),
    }
    return render(request, reply, maintenancePage(data))
  }

  app.get('/maintenance', asks('read'), async (request, reply) => page(request, reply))
  app.post('/maintenance', asks('operate'), async (request, reply) => {
    const form = {
      title: field(request, 'title'),
      selection: field(request, 'selection'),
      from: field(request, 'from'),
      to: field(request, 'to'),
    }
    try {
      await declareWindow(rooms, request, wantedOf(form))
    } catch (error) {
      if (!(error instanceof HttpProblem) || error.statusCode !== 400) throw error
      return page(request, reply.status(400), { ...form, trouble: sentence(error.message) })
    }
    return reply.redirect('/maintenance', 303)
  })
  app.post('/maintenance/:id/end', asks('operate'), async (request, reply) => {
    await endWindow(rooms, (request.params as { readonly id: string }).id)
    return reply.redirect('/maintenance', 303)
  })
}

/** The window that a form means. */
function wantedOf({ title, selection, from, to }: Omit<WindowForm, 'trouble'>): WantedWindow {
  const terms = selection.split(/[\s,]+/).filter(Boolean)
  const [start, end] = [timeOf(from), timeOf(to)]
  if (start === undefined || end === undefined) {
    throw new HttpProblem(400, {
      expected: 'times such as 2026-01-05T12:00 (UTC)',
      found: `'${from}' and '${to}'`,
    })
  }
  return { title, selection: terms, from: start, to: end }
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
