/** What the reference system has and a real platform has not: all is public, and good for nothing else. */

/** Where it listens. */
export const referenceUrls = {
  web: 'http://127.0.0.1:7120',
  plain: 'http://127.0.0.1:7121',
  https: 'https://127.0.0.1:7122',
  payments: 'http://127.0.0.1:7124',
} as const

/** With which the payment provider is asked. */
export const referencePaymentKey = 'reference-payment-key'
