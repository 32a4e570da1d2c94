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
