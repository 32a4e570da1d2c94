/** What an HTTP check sends: its options, and the plan of a run that is made of them. */

import { z } from 'zod'
import { isSecret, text } from '../../config/secret.ts'
import type { ProbeRun, Secret } from '../../core/definitions.ts'
import { publicOnly } from '../../system/address-guard.ts'
import { createTlsContexts } from '../../system/tls-contexts.ts'
import { addresses, ca, family, isJson, list, secretsIn, servername, wants } from './fields.ts'
import type { HttpExpectations } from './http-expectations.ts'
import type { WalkPlan } from './http-walk.ts'

export const requestFields = {
  method: z
    .string()
    .regex(/^[A-Z]+$/, wants("a method such as 'POST'"))
    .optional()
    .describe("Method. Default: 'GET'; with a body 'POST'."),
  headers: z
    .record(z.string(), text)
    .optional()
    .describe('Headers to send. Those that are secrets stay with their origin.'),
  body: text.optional().describe('Body to send.'),
  json: z
    .unknown()
    .refine(value => isJson(value), wants('what JSON can hold (text, figures, lists, objects), or secrets in it'))
    .optional()
    .describe('Body to send as JSON; may hold secrets. Sets content-type.'),
  basic: z
    .strictObject({
      username: text.describe('Name: text or a secret.'),
      password: text.describe('Password: text or a secret.'),
    })
    .optional()
    .describe('Name and password (Basic authentication), for the origin of the check only.'),
  bearer: text.optional().describe('Token (Bearer authentication), for the origin of the check only.'),
  ca,
  servername,
  verify: z.boolean().optional().describe('False: a bad certificate is no failure. Default: true.'),
  family,
  addresses,
  redirects: z
    .int()
    .min(0)
    .max(50)
    .optional()
    .describe('Redirects to follow; one more is a failure. 0 follows none. Default: 10.'),
  limits: z
    .strictObject({
      wire: z.int().min(1).optional().describe('Most bytes of the body as it travels. Default: 10,000,000.'),
      unpacked: z.int().min(1).optional().describe('Most bytes of the body unpacked. Default: 50,000,000.'),
    })
    .optional()
    .describe('Limits on the size of the answer.'),
}

const requestOptions = z.strictObject(requestFields)
type RequestOptions = z.output<typeof requestOptions>

/** Everything of a request that does not change between runs is made here, once. */
export function preparer(
  method: string,
  options: RequestOptions,
  expect: HttpExpectations,
  keepBody: boolean,
): (run: ProbeRun, echo: string) => WalkPlan {
  const written = Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const)
  const isPrivate = (name: string, value: unknown) => isSecret(value) || name === 'authorization' || name === 'cookie'
  const headers: Record<string, string> = {
    accept: '*/*',
    ...(expect.compression === undefined ? {} : { 'accept-encoding': offered(expect.compression) }),
    ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
  }
  for (const [name, value] of written) if (!isPrivate(name, value)) headers[name] = value as string
  const secrets = written.filter(([name, value]) => isPrivate(name, value))
  const echoed = list(expect.echo).map(name => name.toLowerCase())
  const bodySecret = isSecret(options.body) || secretsIn(options.json).length > 0
  const body = bodySecret ? undefined : bodyOf(options, value => String(value))
  const plan = {
    method,
    headers,
    body,
    privateBody: bodySecret,
    redirects: options.redirects ?? 10,
    follow: expect.redirect === undefined,
    limits: { wire: options.limits?.wire ?? 10_000_000, unpacked: options.limits?.unpacked ?? 50_000_000 },
    keepBody,
    family: options.family,
    guard: options.addresses === 'public' ? publicOnly() : undefined,
    contexts: createTlsContexts(),
    tls: options.ca === undefined ? {} : { ca: options.ca },
    verify: options.verify ?? true,
    servername: options.servername,
  }
  return (run, echo) => {
    const credentials: Record<string, string> = {}
    for (const [name, value] of secrets) credentials[name] = run.reveal(value)
    if (options.bearer !== undefined) credentials['authorization'] = `Bearer ${run.reveal(options.bearer)}`
    if (options.basic) {
      const pair = `${run.reveal(options.basic.username)}:${run.reveal(options.basic.password)}`
      credentials['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`
    }
    return {
      ...plan,
      credentials,
      ...(echoed.length === 0
        ? {}
        : { headers: { ...headers, ...Object.fromEntries(echoed.map(name => [name, echo])) } }),
      ...(bodySecret ? { body: bodyOf(options, secret => run.reveal(secret)) } : {}),
    }
  }
}

const offered = (compression: boolean | string) =>
  compression === false ? 'identity' : compression === true ? 'gzip, br, zstd, deflate' : compression

function bodyOf(options: RequestOptions, reveal: (secret: Secret) => string): string | undefined {
  if (options.body !== undefined) return isSecret(options.body) ? reveal(options.body) : options.body
  if (options.json === undefined) return undefined
  // A secret serialises itself as `[secret]` before a replacer sees it, hence the look at the holder.
  return JSON.stringify(options.json, function (this: Record<string, unknown>, key, value) {
    const raw = this[key]
    return isSecret(raw) ? reveal(raw) : value
  })
}
