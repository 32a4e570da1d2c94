import { type Call, Refusal } from './http.ts'

/** The fields of a body that may be JSON or a form (`application/x-www-form-urlencoded`); another content type is refused with 415. */
export async function readFields(call: Call): Promise<Readonly<Record<string, unknown>>> {
  const type = call.header('content-type').split(';', 1)[0]!.trim().toLowerCase()
  if (type === 'application/json') return call.json()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new Refusal(415, { detail: 'expected application/json or application/x-www-form-urlencoded' })
  }
  return Object.fromEntries(new URLSearchParams((await call.bytes()).toString()))
}
