import type { Answer, Call } from './http.ts'

/**
 * Leads a call over plain HTTP to where TLS is spoken: the same host, at `port` where one is given. All listeners but the plain one stand
 * behind a proxy that speaks TLS, and what the proxy says of the user is believed.
 */
export function httpsRedirect(call: Call, isPlain: boolean, port?: string): Answer | undefined {
  const scheme = call.header('x-forwarded-proto') || (isPlain ? 'http' : 'https')
  if (scheme === 'https') return undefined
  const { hostname, pathname, search } = call.url
  const host = port === undefined ? call.header('host') : `${hostname}:${port}`
  return { status: 301, headers: { location: `https://${host}${pathname}${search}` } }
}
