/** What the reference system has and a real one has not: all is public, and good for nothing else. */

/** Where it listens. */
export const referenceUrls = {
  web: 'http://127.0.0.1:7140',
  plain: 'http://127.0.0.1:7141',
  https: 'https://127.0.0.1:7142',
  instance1: 'http://127.0.0.1:7144',
  instance2: 'http://127.0.0.1:7145',
  instance3: 'http://127.0.0.1:7146',
} as const

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

/** An access token that ran out on 1 January 2026, of a session that lasts. */
export const referenceExpiredToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJsYXN0aW5nIiwidXNlIjoiYWNjZXNzIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3NjcyMjY1MDB9.SlSPeHWwroPZx1UA5MAYsPLP8cauDQMm291kwloqL6o'

/** An access token that is good for long, of a session that was left long ago. */
export const referenceIdleToken =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJsZWZ0IiwidXNlIjoiYWNjZXNzIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjIzOTgzNzc2MDB9.UlsOumqiIo-vtserkIHi6Zl0eqHGeAulkp2qKTdn7uA'
