import type { RequestListener } from 'node:http'
import type { Answer, Call } from './http.ts'

/** A listener where nobody speaks TLS: its calls say so, unless a proxy in front has said how the user came. */
export const plainDoor =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    request.headers['x-forwarded-proto'] ??= 'http'
    listener(request, response)
  }

/**
 * Leads a call over plain HTTP to where TLS is spoken: the same host, at the port of `secure` where that is given. All listeners but the
 * plain one stand behind a proxy that speaks TLS, and what the proxy says of the user is believed.
 */
export function httpsRedirect(call: Call, secure?: string): Answer | undefined {
  if (call.header('x-forwarded-proto') !== 'http') return undefined
  const { hostname, pathname, search } = call.url
  const host = secure === undefined ? call.header('host') : `${hostname}:${new URL(secure).port}`
  return { status: 301, headers: { location: `https://${host}${pathname}${search}` } }
}
