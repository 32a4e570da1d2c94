import { exchangePlainly, plainHead } from './exchange-plain.ts'
import type { Exchange, ExchangeRequest, ExchangeTools } from './exchange-record.ts'

/** Loads the library behind requests that are not plain: it is large, and many a monitor never needs it. */
export const prepareExchange = () => import('./exchange-undici.ts')

/** One request over a connection of its own, which is closed in the end whatever happened. HTTP/1.1. Never rejects. */
export function exchange(request: ExchangeRequest, tools: ExchangeTools): Promise<Exchange> {
  const head = plainHead(request)
  if (head !== undefined) return exchangePlainly(request, head, tools)
  return prepareExchange().then(({ exchangeByUndici }) => exchangeByUndici(request, tools))
}
