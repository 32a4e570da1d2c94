/** What the reference system has and a real portal has not: all is public, and good for nothing else. */

/** Where it listens. */
export const referenceUrls = {
  web: 'http://127.0.0.1:7110',
  https: 'https://127.0.0.1:7111',
  mailbox: 'http://127.0.0.1:7112/mailbox',
} as const

/** An access token of monitor-1 that ran out on 1 January 2026. */
export const referenceExpiredToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJtb25pdG9yLTEiLCJ1c2UiOiJhY2Nlc3MiLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyNjUwMH0.NxIOUsjCiB-d2n5OMoLY2nTKDi_CixP0zpDcTBdsnP8'

/** Secret of the second factor of its accounts that have one (base32). */
export const referenceTotpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
