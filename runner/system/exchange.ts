import { exchangePlainly, plainHead } from './exchange-plain.ts'
import type { Exchange, ExchangeRequest, ExchangeTools } from './exchange-record.ts'
import { exchangeByUndici } from './exchange-undici.ts'

/** One request over a connection of its own, which is closed in the end whatever happened. HTTP/1.1. Never rejects. */
export function exchange(request: ExchangeRequest, tools: ExchangeTools): Promise<Exchange> {
  const head = plainHead(request)
  return head === undefined ? exchangeByUndici(request, tools) : exchangePlainly(request, head, tools)
}
