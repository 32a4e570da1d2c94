import { X509Certificate } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { referenceExpiredToken } from '../../scenarios/assessment/reference.ts'
import { requirements } from '../../scenarios/assessment/requirements.ts'
import { referenceAuthority } from '../../scenarios/support/reference.ts'
import { type AssessmentOptions, type AssessmentPlatform, createAssessment } from './assessment/create-assessment.ts'
import { breakable } from './assessment/faults.ts'
import { webhookSecret } from './assessment/platform.ts'
import { signWebhook } from './kit/webhook-signature.ts'

const open: AssessmentPlatform[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(target => target.close()))
})

type Body = Readonly<Record<string, unknown>>

async function start(options: AssessmentOptions = {}) {
  const target = await createAssessment(options)
  open.push(target)
  const call = async (path: string, data?: object, headers: Record<string, string> = {}, method?: string) => {
    const response = await fetch(new URL(path, target.urls.web), {
      method: method ?? (data === undefined ? 'GET' : 'POST'),
      headers: { 'content-type': 'application/json', ...headers },
      ...(data === undefined ? {} : { body: JSON.stringify(data) }),
      redirect: 'manual',
    })
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      body: (text.startsWith('{') ? JSON.parse(text) : {}) as Body,
    }
  }
  const signIn = async (name: string) => {
    const { body } = await call('/api/auth/login', { email: `${name}@example.com`, password: 'password123' })
    return { tokens: body, headers: { authorization: `Bearer ${body['access_token']}` } }
  }
  return { target, call, signIn }
}

const payer = { currency: 'USD', billing_name: 'Ann', billing_email: 'ann@example.com' }

test('every id that can be broken is a promise of the platform', () => {
  const ids = requirements.map(({ id }) => id)
  expect(breakable.filter(id => !ids.includes(id))).toEqual([])
})

test('the pack knows the authority and an expired token of the reference', async () => {
  const { target, call } = await start()
  const keyOf = (pem: string) => new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' })
  expect(keyOf(referenceAuthority)).toEqual(keyOf(target.authority))
  const me = (token: string) => call('/api/auth/me', undefined, { authorization: `Bearer ${token}` })
  expect((await me(referenceExpiredToken)).status).toBe(401)
  const { call: before } = await start({ clock: () => Date.UTC(2026, 0, 1) })
  expect((await before('/api/auth/me', undefined, { authorization: `Bearer ${referenceExpiredToken}` })).status).toBe(
    200,
  )
})

test('health follows its parts; errors have one form', async () => {
  const { target, call } = await start()
  expect((await call('/health/dependencies')).body).toMatchObject({ status: 'ok', dependencies: { database: 'up' } })
  target.control.faults({ payments: 'down' })
  expect(await call('/health/dependencies')).toMatchObject({
    status: 503,
    body: { dependencies: { payments: 'down' } },
  })
  expect((await call('/health/ready')).status).toBe(200)
  target.control.faults({ database: 'down' })
  expect((await call('/health/ready')).status).toBe(503)
  expect((await call('/health/live')).status).toBe(200)
  const { status, headers, body } = await call('/api/catalogue')
  expect([status, headers.get('content-type'), body]).toEqual([
    503,
    'application/problem+json',
    {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'the database does not answer',
      instance: '/api/catalogue',
    },
  ])
})

test('the clock ends tokens and windows', async () => {
  const { target, call, signIn } = await start()
  const { headers, tokens } = await signIn('load-1')
  const drill = { question: 'Is anybody there?', model: 'drill-unavailable' }
  for (let turn = 1; turn <= 20; turn++) expect((await call('/api/ai/help', drill, headers)).status).toBe(503)
  const refused = await call('/api/ai/help', drill, headers)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)])
  expect((await call('/api/ai/help', drill, (await signIn('load-2')).headers)).status).toBe(503)
  target.control.advance(60_000)
  expect((await call('/api/ai/help', drill, headers)).status).toBe(503)
  target.control.advance(15 * 60_000)
  expect((await call('/api/auth/me', undefined, headers)).status).toBe(401)
  const { status, body } = await call('/api/auth/refresh', { refresh_token: tokens['refresh_token'] })
  expect([status, body['token_type']]).toEqual([200, 'bearer'])
})

test('a tier opens when the provider says that it is paid, and nobody else does', async () => {
  const { target, call, signIn } = await start()
  const { headers } = await signIn('payment-1')
  const { id } = (await call('/api/assessments', { area: 'finance' }, headers)).body
  const answers = { answers: { t2q1: 'yes', t2q2: 'yes', t2q3: 'no' } }
  expect((await call(`/api/assessments/${id}/tiers/2/responses`, answers, headers)).status).toBe(402)

  const data = { ...payer, assessment_id: id, tier: 2, amount: 4_900 }
  expect((await call('/api/payments', { ...data, amount: 1 }, headers)).body['errors']).toMatchObject([
    { field: 'amount' },
  ])
  const { body: payment } = await call('/api/payments', data, headers)
  expect(payment).toMatchObject({ state: 'pending', tier: 2 })
  const told = { type: 'payment.paid', data: { reference: payment['id'] } }
  expect((await call('/api/webhooks/payments', told, { 'x-payment-signature': 't=1,v1=forged' })).status).toBe(401)
  expect((await call(`/api/payments/${payment['id']}`, undefined, headers)).body['state']).toBe('pending')

  await fetch(`${payment['checkout_url']}/pay`, { method: 'POST', redirect: 'manual' })
  expect((await call(`/api/payments/${payment['id']}`, undefined, headers)).body['state']).toBe('succeeded')
  const late = signWebhook(webhookSecret, Buffer.from(JSON.stringify(told)), Date.now() - 3_600_000)
  expect((await call('/api/webhooks/payments', told, { 'x-payment-signature': late })).status).toBe(401)
  expect(target.control.facts()).toMatchObject({ paid: 1 })
  expect((await call(`/api/assessments/${id}/tiers/2/responses`, answers, headers)).body['result']).toMatchObject({
    score: 67,
  })
})

test('what belongs to others is unknown, and an advisor sees all', async () => {
  const { call, signIn } = await start()
  const mine = await signIn('payment-1')
  const { id } = (await call('/api/assessments', { area: 'finance' }, mine.headers)).body
  expect((await call(`/api/assessments/${id}`, undefined, (await signIn('payment-2')).headers)).status).toBe(404)
  expect((await call(`/api/assessments/${id}`, undefined, (await signIn('advisor-1')).headers)).status).toBe(200)
})

test('two instances on one database, of which one has the traffic', async () => {
  const { target, call, signIn } = await start({ revision: 'a', green: { revision: 'b', broken: ['ASM-09'] } })
  const { headers } = await signIn('payment-1')
  const { id } = (await call('/api/assessments', { area: 'finance' }, headers)).body
  const { blue, green } = target.urls
  expect((await call(`${blue}/version`)).body).toEqual({ revision: 'a', instance: 'blue' })
  expect((await call(`${green}/version`)).body).toEqual({ revision: 'b', instance: 'green' })
  expect((await call(`${green}/api/assessments/${id}`, undefined, headers)).status).toBe(200)

  const unknown = () => call('/api/service-requests/none', undefined, headers)
  expect((await unknown()).headers.get('content-type')).toBe('application/problem+json')
  target.control.live('green')
  expect((await unknown()).headers.get('content-type')).toContain('text/html')
  target.control.revision('c')
  expect((await call('/version')).body).toEqual({ revision: 'c', instance: 'green' })
})
