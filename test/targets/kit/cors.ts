import type { Answer, Call } from './http.ts'

export interface CorsOptions {
  /** Origins whose pages may read answers. */
  isListed(origin: string): boolean
  /** `GET, POST` */
  readonly methods: string
  /** Request headers that such a page may send. */
  readonly headers: string
}

/** Says to browsers who may read the answer; answers a preflight. A call without an origin comes from no page. */
export function admitOrigin(call: Call, { isListed, methods, headers }: CorsOptions): Answer | undefined {
  const origin = call.header('origin')
  if (origin === '') return undefined
  call.answerHeaders['vary'] = 'Origin'
  if (isListed(origin)) call.answerHeaders['access-control-allow-origin'] = origin
  if (call.method !== 'OPTIONS') return undefined
  return { status: 204, headers: { 'access-control-allow-methods': methods, 'access-control-allow-headers': headers } }
}
