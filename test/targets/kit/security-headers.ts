/** What pages may load, when everything comes from where the page does. `more`: further rules. */
export const ownContentOnly = (...more: readonly string[]): string =>
  [
    "default-src 'none'",
    ...['script', 'style', 'connect', 'manifest', 'worker'].map(kind => `${kind}-src 'self'`),
    "img-src 'self' data: blob:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...more,
  ].join('; ')

/**
 * Headers of every answer of a system whose pages nobody else shows or reads. `policy`: what pages may load. `isSecure`: browsers are told
 * to ask over HTTPS from now on. Without either it is a fault.
 */
export const closedHeaders = (policy: string | undefined, isSecure = true) => ({
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  ...(policy === undefined ? {} : { 'content-security-policy': policy }),
  ...(isSecure ? { 'strict-transport-security': 'max-age=63072000; includeSubDomains' } : {}),
})
