import { figure } from '../../support/figures.ts'
import { type OpenApi, openApiMismatch } from '../../support/openapi.ts'
import { password, payer } from '../platform.ts'
import { requirements } from '../requirements.ts'
import { expect, test } from '../test.ts'

/** What clients rely on: a contract that no longer asks for it would let every answer pass. */
const agreed: Readonly<Record<string, readonly string[]>> = {
  Problem: ['type', 'title', 'status', 'detail'],
  Tokens: ['access_token', 'refresh_token', 'token_type', 'expires_in', 'account'],
  Account: ['id', 'email', 'name', 'role'],
  Catalogue: ['areas', 'services'],
  Assessment: ['id', 'area', 'tier', 'answers', 'created_at', 'result'],
  Result: ['score', 'level', 'gaps'],
  Payment: ['id', 'amount', 'currency', 'state'],
  ServiceRequest: ['id', 'service', 'price', 'state', 'created_at'],
}

test('answers keep their contract', { tag: '@ASM-10' }, async ({ request, session, platform, metric }) => {
  const { headers, tokens } = session
  const contract: OpenApi = await (await request.get('/openapi.json')).json()
  for (const [name, fields] of Object.entries(agreed)) {
    expect
      .soft(contract.components?.schemas?.[name]?.required, `fields that ${name} requires`)
      .toEqual(expect.arrayContaining([...fields]))
  }

  const mismatches: string[] = []
  let answers = 0
  const ask = async (
    method: 'GET' | 'POST',
    path: string,
    ids: Record<string, string | number> = {},
    data?: object,
  ) => {
    const url = path.replaceAll(/\{(\w+)\}/g, (_, name) => String(ids[name]))
    const response = await request.fetch(url, { method, headers, ...(data ? { data } : {}) })
    const type = response.headers()['content-type'] ?? ''
    const body = /json/.test(type) ? await response.json() : undefined
    const mismatch = await openApiMismatch(contract, { method, path, status: response.status(), type, body })
    answers++
    if (mismatch !== undefined) mismatches.push(`${method} ${path}: ${mismatch}`)
    return body
  }

  const { email } = tokens.account
  const assessment = (await platform.startAssessment()).id
  const service = await platform.requestService()
  await ask('POST', '/api/auth/login', {}, { email, password })
  await ask('POST', '/api/auth/refresh', {}, { refresh_token: tokens.refresh_token })
  await ask('GET', '/api/auth/me')
  await ask('GET', '/api/catalogue')
  await ask('GET', '/api/assessments')
  await ask('GET', '/api/assessments/{id}', { id: assessment })
  const answersOfTier = { answers: { t1q1: 'yes', t1q2: 'no', t1q3: 'partly' } }
  await ask('POST', '/api/assessments/{id}/tiers/{tier}/responses', { id: assessment, tier: 1 }, answersOfTier)
  const payment = await ask(
    'POST',
    '/api/payments',
    {},
    { ...payer, assessment_id: assessment, tier: 2, amount: 4_900 },
  )
  await ask('GET', '/api/payments/{id}', { id: payment?.id })
  await ask('GET', '/api/service-requests/{id}', { id: service.id })
  await ask('POST', '/api/service-requests/{id}/payments', { id: service.id }, { ...payer, amount: service.price })
  await ask('POST', '/api/ai/help', {}, { question: 'What comes first?' })
  await ask('POST', '/api/ai/help', {}, {})
  await ask('GET', '/health/dependencies')
  await ask('GET', '/version')

  const rate = 1 - mismatches.length / answers
  metric('contract_pass_rate', rate)
  expect(
    rate,
    `share of ${answers} answers that keep the contract; not: ${mismatches.join('; ')}`,
  ).toBeGreaterThanOrEqual(figure(requirements, 'ASM-10'))
})
