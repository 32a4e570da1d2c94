import { expect, test } from 'vitest'
import { promises } from './kit/broken.ts'
import { createService, route } from './kit/http.ts'
import { listen } from './kit/listen.ts'
import { markupOf } from './kit/page-parts.ts'
import { createPayments } from './kit/payments.ts'

test('promises are named by their numbers', () => {
  expect(promises('AGT', [1, 30])).toEqual(['AGT-01', 'AGT-30'])
})

test('a part of a page says what its script has to do, and what is put in stays text', () => {
  const form = markupOf({
    kind: 'send',
    call: 'POST /api/tasks',
    fields: [
      { label: 'Title', name: 'title' },
      { label: 'State', name: 'state', values: ['', 'open', ['done', 'Done & over']] },
    ],
    button: 'Save',
    next: '/tasks/{id}',
  }).markup
  expect(form).toContain('data-api="POST /api/tasks"')
  expect(form).toContain('data-next="/tasks/{id}"')
  expect(form).toContain('<option value="">all</option><option value="open">open</option>')
  expect(form).toContain('<option value="done">Done &amp; over</option>')
  const table = { kind: 'table', label: 'Tasks', from: '/api/tasks', columns: { '<b>': '#{number}' } } as const
  const actions = [{ text: 'Delete', call: 'DELETE /api/tasks/{id}' }]
  expect(markupOf(table).markup).not.toContain('<template>')
  expect(markupOf({ ...table, actions }).markup).toContain('data-act="DELETE /api/tasks/{id}"')
  expect(markupOf(table).markup).toContain('<th scope="col" data-field="#{number}">&lt;b&gt;</th>')
})

test('a file of a page needs somebody who reads it', () => {
  const part = { kind: 'file', name: 'help' } as const
  expect(markupOf(part, name => `<p>${name}</p>`).markup).toBe('<p>help</p>')
  expect(() => markupOf(part)).toThrow('expected somebody to read the file of the part help')
})

test('a payment is settled once, however often it is heard of', async () => {
  const settled: string[] = []
  const payments = createPayments<{ readonly credits: number }>({
    key: 'key',
    webhookSecret: 'hush',
    currency: 'EUR',
    now: Date.now,
    settled: ({ credits }, state) => void settled.push(`${credits} ${state}`),
  })
  const hook = route('POST', '/hook', async call => ({ json: { state: (await payments.hear(call)).state } }))
  const shop = await listen(createService({ routes: [hook] }), { port: 0 })
  const provider = await payments.openProvider({ host: '127.0.0.1', port: 0 }, `${shop.url}/hook`)
  const ask = (path: string) =>
    fetch(provider.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { authorization: 'Bearer key' },
    })

  const payment = (await payments.open({ credits: 3 }, 600, 'http://127.0.0.1/back'))!
  expect(payment).toMatchObject({
    credits: 3,
    amount: 600,
    state: 'pending',
    checkoutUrl: expect.stringContaining('/checkout/'),
  })
  expect(await payments.verify(payment)).toBe('pending')
  expect(settled).toEqual([])
  await ask(`/checkout/${payment.id}/pay`)
  await ask(`/transactions/${payment.id}/resend`)
  expect(await payments.verify(payments.get(payment.id)!)).toBe('paid')
  await ask(`/transactions/${payment.id}/refund`)
  expect(settled).toEqual(['3 paid', '3 refunded'])
  expect(payments.get(payment.id)).toMatchObject({ state: 'refunded' })
  // The provider refuses what costs nothing.
  expect(await payments.open({ credits: 1 }, 0, 'http://127.0.0.1/back')).toBeUndefined()
  expect(payments.size).toBe(1)
  await Promise.all([shop.close(), provider.close()])
})
