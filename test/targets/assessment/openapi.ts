import { answerValues } from './catalogue.ts'

type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const whole: Schema = { type: 'integer' }
const list = (items: Schema): Schema => ({ type: 'array', items })
const one = (...values: readonly string[]): Schema => ({ type: 'string', enum: values })
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` })
/** All properties are required, but those named in `optional`. */
const object = (properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter(name => !optional.includes(name)),
})

const card = { amount: whole, currency: text, billing_name: text, billing_email: text }

const schemas = {
  Problem: object({ type: text, title: text, status: whole, detail: text, instance: text, errors: list({}) }, [
    'errors',
  ]),
  Account: object({ id: text, email: text, name: text, role: one('client', 'advisor', 'admin'), created_at: text }),
  Credentials: object({ email: text, password: text }),
  RefreshIn: object({ refresh_token: text }),
  Tokens: object({
    access_token: text,
    refresh_token: text,
    token_type: one('bearer'),
    expires_in: whole,
    account: ref('Account'),
  }),
  Question: object({ id: text, text }),
  Tier: object({ tier: whole, title: text, price: whole, questions: list(ref('Question')) }),
  Area: object({ id: text, title: text, tiers: list(ref('Tier')) }),
  Service: object({ id: text, title: text, price: whole }),
  Catalogue: object({ region: text, areas: list(ref('Area')), services: list(ref('Service')) }),
  Result: object({ score: whole, level: one('open', 'starting', 'developing', 'ready'), gaps: list(text) }),
  AssessmentIn: object({ area: text, title: text }, ['title']),
  Assessment: object({
    id: text,
    area: text,
    title: text,
    tier: whole,
    answers: { type: 'object', additionalProperties: one(...answerValues) },
    created_at: text,
    result: ref('Result'),
  }),
  Assessments: object({ assessments: list(ref('Assessment')) }),
  TierResponseSubmission: object({ answers: { type: 'object', additionalProperties: one(...answerValues) } }),
  PaymentTransactionIn: object({ assessment_id: text, tier: whole, ...card }),
  ServiceRequestPaymentIn: object(card),
  Payment: object({
    id: text,
    subject: text,
    amount: whole,
    currency: text,
    state: one('pending', 'succeeded', 'cancelled'),
    checkout_url: text,
  }),
  ServiceRequestIn: object({ service: text, description: text }),
  ServiceRequest: object({
    id: text,
    service: text,
    description: text,
    price: whole,
    state: one('open', 'paid'),
    created_at: text,
  }),
  HelpIn: {
    ...object({ question: text, model: one('advisor-1', 'drill-unavailable') }, ['model']),
    description: 'The model drill-unavailable always fails: for looking at the error form.',
  },
  Help: object({ answer: text, model: text }),
  Health: object({
    status: one('ok', 'degraded'),
    instance: one('blue', 'green'),
    dependencies: { type: 'object', additionalProperties: one('up', 'down') },
  }),
  Version: object({ revision: text, instance: text }),
}

type Name = keyof typeof schemas

const content = (name: Name, ...types: readonly string[]) => ({
  content: Object.fromEntries(types.map(type => [type, { schema: ref(name) }])),
})
const json = 'application/json'
const form = 'application/x-www-form-urlencoded'

const operation = (statuses: readonly number[], answer: Name, body?: Name) => ({
  ...(body === undefined ? {} : { requestBody: content(body, json, form) }),
  responses: {
    ...Object.fromEntries(statuses.map(status => [status, { description: answer, ...content(answer, json) }])),
    default: { description: 'Any error', ...content('Problem', 'application/problem+json') },
  },
})

/** The contract, as `GET /openapi.json` gives it. */
export const openapi = {
  openapi: '3.1.0',
  info: { title: 'Assessment and service-request platform', version: '1' },
  paths: {
    '/api/auth/login': { post: operation([200], 'Tokens', 'Credentials') },
    '/api/auth/refresh': { post: operation([200], 'Tokens', 'RefreshIn') },
    '/api/auth/me': { get: operation([200], 'Account') },
    '/api/catalogue': { get: operation([200], 'Catalogue') },
    '/api/assessments': {
      get: operation([200], 'Assessments'),
      post: operation([201], 'Assessment', 'AssessmentIn'),
    },
    '/api/assessments/{id}': { get: operation([200], 'Assessment') },
    '/api/assessments/{id}/tiers/{tier}/responses': { post: operation([200], 'Assessment', 'TierResponseSubmission') },
    '/api/payments': { post: operation([201], 'Payment', 'PaymentTransactionIn') },
    '/api/payments/{id}': { get: operation([200], 'Payment') },
    '/api/service-requests': { post: operation([201], 'ServiceRequest', 'ServiceRequestIn') },
    '/api/service-requests/{id}': { get: operation([200], 'ServiceRequest') },
    '/api/service-requests/{id}/payments': { post: operation([201], 'Payment', 'ServiceRequestPaymentIn') },
    '/api/ai/help': { post: operation([200], 'Help', 'HelpIn') },
    '/health/dependencies': { get: operation([200, 503], 'Health') },
    '/version': { get: operation([200], 'Version') },
  },
  components: { schemas },
}
