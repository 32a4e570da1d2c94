/** What the reference system has and a real portal has not: all is public, and good for nothing else. */

/** Where it listens. */
export const referenceUrls = {
  web: 'http://127.0.0.1:7110',
  https: 'https://127.0.0.1:7111',
  mailbox: 'http://127.0.0.1:7112/mailbox',
} as const

/** Whether an address is the reference system's. */
export const isReference = (url: string) => /^(127\.|localhost$)/.test(new URL(url).hostname)

/** The authority of its certificate (PEM). */
export const referenceAuthority = `-----BEGIN CERTIFICATE-----
MIIBRjCB7KADAgECAhABIhHJnBja5IlYrN+j0VavMAoGCCqGSM49BAMCMBwxGjAY
BgNVBAMMEVJlZmVyZW5jZSBzeXN0ZW1zMB4XDTI2MDEwMTAwMDAwMFoXDTQ2MDEw
MTAwMDAwMFowHDEaMBgGA1UEAwwRUmVmZXJlbmNlIHN5c3RlbXMwWTATBgcqhkjO
PQIBBggqhkjOPQMBBwNCAARE6MDCFTHeShxusABaldq5uuYE40lt8v1Qdg6z/aZk
lfoS4lGjQx5q0O+Z/9qNXZSy/uar7/ym4jD5aa69xpYWoxAwDjAMBgNVHRMEBTAD
AQH/MAoGCCqGSM49BAMCA0kAMEYCIQDzb5MdMM/FSkf7Mq28IW+5XucCsfX6H/mY
mNA6MiECLwIhAJOcMcS/pwSbXCpyo+Q1vCVjz+z4RAXEjjULXmJuMS3c
-----END CERTIFICATE-----
`

/** An access token of monitor-1 that ran out on 1 January 2026. */
export const referenceExpiredToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJtb25pdG9yLTEiLCJ1c2UiOiJhY2Nlc3MiLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2NzIyNjUwMH0.NxIOUsjCiB-d2n5OMoLY2nTKDi_CixP0zpDcTBdsnP8'

/** Secret of the second factor of its accounts that have one (base32). */
export const referenceTotpSecret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
