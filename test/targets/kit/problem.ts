import { STATUS_CODES } from 'node:http'
import type { Answer, Call } from './http.ts'

/** One form for all errors (RFC 9457, `application/problem+json`); `detail` and `errors` come from the refusal. */
export function problemForm({ status = 500, headers = {}, json }: Answer, call: Call): Answer {
  const title = STATUS_CODES[status] ?? 'Error'
  const { detail = title, errors } = (json ?? {}) as { readonly detail?: string; readonly errors?: unknown }
  const problem = { type: 'about:blank', title, status, detail, instance: call.url.pathname, errors }
  return { status, headers, bytes: Buffer.from(JSON.stringify(problem)), type: 'application/problem+json' }
}
