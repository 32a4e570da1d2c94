import { created, found, gone, idOf, listOf, wanted } from '../kit/answers.ts'
import { type Table, writePdf, writeXlsx } from '../kit/documents.ts'
import { type Answer, Refusal, type Route, route } from '../kit/http.ts'
import { amount, filled, oneOf, optional, readFields, text } from '../kit/rules.ts'
import { isSignedWebhook } from '../kit/webhook-signature.ts'
import type { User } from './accounts.ts'
import { type Portal, webhookSecret } from './portal.ts'

const taskStates = ['open', 'in progress', 'done'] as const
const priorities = ['low', 'normal', 'high'] as const
const formats = ['pdf', 'xlsx'] as const
const kinds = ['appointments', 'payments', 'performance'] as const

/** Payments, reports, tasks, support tickets, notifications. */
export function officeRoutes(portal: Portal): readonly Route[] {
  return [...paymentRoutes(portal), ...reportRoutes(portal), ...taskRoutes(portal), ...helpRoutes(portal)]
}

function paymentRoutes({ agent, broken, clock, payments }: Portal): readonly Route[] {
  return [
    agent('GET', '/api/payments', ({ url }) => listOf(wanted(payments.list(), url, item => String(item['customer'])))),
    agent('POST', '/api/payments', async call => {
      const given = readFields(await call.json(), { customer: text, amount, method: oneOf('card', 'bank transfer') })
      return created(payments.add({ ...given, state: 'paid' }))
    }),
    agent('POST', '/api/payments/refund', async call => {
      const { paymentId } = readFields(await call.json(), { paymentId: text })
      const payment = found(payments.get(paymentId))
      if (payment['state'] !== 'paid') throw new Refusal(409, { error: 'The payment is refunded already' })
      return { json: broken('AGT-23') ? payment : payments.change(paymentId, { ...payment, state: 'refunded' }) }
    }),
    route('POST', '/api/payments/webhook', async call => {
      const body = await call.bytes()
      if (!isSignedWebhook(webhookSecret, body, call.header('x-webhook-signature'), clock.now()))
        throw new Refusal(401, { error: 'The signature is wrong' })
      return { json: { received: true } }
    }),
    agent('GET', '/api/payments/:id', call => ({ json: found(payments.get(idOf(call))) })),
  ]
}

function reportRoutes({ agent, broken, clinic, payments, reports, schedules }: Portal): readonly Route[] {
  const tables: Readonly<Record<(typeof kinds)[number], () => Omit<Table, 'title'>>> = {
    appointments: () => ({
      columns: ['Doctor', 'Patient', 'Starts at', 'State'],
      rows: clinic.appointments.list().map(item => [item.doctor, item.patient, item.startsAt, item.state]),
    }),
    payments: () => ({
      columns: ['Customer', 'Amount', 'State'],
      rows: payments.list().map(item => [String(item['customer']), Number(item['amount']), String(item['state'])]),
    }),
    performance: () => ({ columns: ['Figure', 'Value'], rows: [['Appointments', clinic.appointments.size]] }),
  }
  const download = (title: string, kind: (typeof kinds)[number], format: (typeof formats)[number]): Answer => {
    const isPdf = format === 'pdf'
    const table = { title, ...tables[kind]() }
    const type = isPdf ? 'application/pdf' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
    const headers = { 'content-disposition': `attachment; filename="${kind}.${format}"` }
    if (broken('AGT-24')) return { bytes: Buffer.from('<!doctype html><p>Please wait</p>'), type, headers }
    return { bytes: isPdf ? writePdf(table) : writeXlsx(table), type, headers }
  }
  const exported = { kind: oneOf(...kinds), format: oneOf(...formats) }
  const wanted = { ...exported, title: text }
  return [
    agent('GET', '/api/reports', () => listOf(reports.list())),
    agent('POST', '/api/reports/generate', async call => created(reports.add(readFields(await call.json(), wanted)))),
    agent('GET', '/api/reports/templates', () => listOf(kinds.map(kind => ({ kind, formats })))),
    agent('GET', '/api/reports/export', ({ url }) => {
      const { kind, format } = readFields(Object.fromEntries(url.searchParams), exported)
      return download('Export', kind, format)
    }),
    agent('GET', '/api/reports/schedule', () => listOf(schedules.list())),
    agent('POST', '/api/reports/schedule', async call => {
      const given = readFields(await call.json(), { ...wanted, every: oneOf('day', 'week', 'month') })
      return created(schedules.add(given))
    }),
    agent('DELETE', '/api/reports/schedule/:id', call => gone(schedules.remove(idOf(call)))),
    agent('GET', '/api/reports/:id/download', call => {
      const { title, kind, format } = readFields(found(reports.get(idOf(call))), wanted)
      return download(title, kind, format)
    }),
    agent('DELETE', '/api/reports/:id', call => gone(reports.remove(idOf(call)))),
  ]
}

function taskRoutes({ accounts, agent, broken, tasks }: Portal): readonly Route[] {
  const content = { title: broken('AGT-41') ? optional(text) : text, priority: optional(oneOf(...priorities)) }
  const setStatus = (id: string, status: string) =>
    broken('AGT-25') ? found(tasks.get(id)) : found(tasks.change(id, { status }))
  return [
    agent('GET', '/api/tasks', ({ url }) => listOf(wanted(tasks.list(), url, task => String(task['title']), 'status'))),
    agent('POST', '/api/tasks', async call => {
      const { title = '', priority = 'normal' } = readFields(await call.json(), content)
      return created(tasks.add({ title, priority, status: 'open', assignee: 'nobody' }))
    }),
    agent('POST', '/api/tasks/assign', async (call, user) => {
      const { taskId, assignee } = readFields(await call.json(), { taskId: text, assignee: text })
      const { name } = found(assignee === 'me' ? user : accounts.byId(assignee))
      return { json: found(tasks.change(taskId, { assignee: name })) }
    }),
    agent('PUT', '/api/tasks/bulk-update', async call => {
      const { ids, status } = readFields(await call.json(), { ids: filled, status: oneOf(...taskStates) })
      return listOf(ids.map(id => setStatus(String(id), status)))
    }),
    agent('PUT', '/api/tasks/:id', async call => {
      const change = readFields(await call.json(), content)
      return { json: found(tasks.change(idOf(call), change)) }
    }),
    agent('PATCH', '/api/tasks/:id/status', async call => {
      const { status } = readFields(await call.json(), { status: oneOf(...taskStates) })
      return { json: setStatus(idOf(call), status) }
    }),
    agent('DELETE', '/api/tasks/:id', call => gone(tasks.remove(idOf(call)))),
  ]
}

/** Support tickets and notifications. */
function helpRoutes(portal: Portal): readonly Route[] {
  const { agent, broken, clock, notifications, tickets } = portal
  const own = (user: User) => notifications.list().filter(({ userId }) => userId === user.id)
  return [
    agent('GET', '/api/support-tickets', () => listOf(tickets.list())),
    agent('POST', '/api/support-tickets', async call => {
      const given = readFields(await call.json(), { subject: text, message: text })
      const ticket = tickets.add({ ...given, state: 'open' })
      if (broken('AGT-26')) tickets.remove(ticket.id)
      return created(ticket)
    }),
    agent('DELETE', '/api/support-tickets/:id', call => gone(tickets.remove(idOf(call)))),
    agent('GET', '/api/notifications', (_, user) => listOf(own(user))),
    agent('POST', '/api/notifications', async (call, user) => {
      const given = readFields(await call.json(), { text })
      const notification = notifications.add({ ...given, userId: user.id, sentAt: clock.now() })
      if (!broken('AGT-44')) portal.tell({ type: 'notification', notification }, user.id)
      return created(notification)
    }),
    agent('DELETE', '/api/notifications/:id', (call, user) =>
      gone(own(user).some(({ id }) => id === call.params['id']) && notifications.remove(idOf(call))),
    ),
  ]
}
