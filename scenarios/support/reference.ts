/** What all reference systems have and real systems have not: all is public, and good for nothing else. */

/** The authority of their certificates (PEM). */
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

/** How the certificate at a system's https address is looked at; without an address of its own it is the reference system's. */
export const certificateAt = (address: string | undefined): Certificate =>
  address !== undefined && URL.canParse(address)
    ? { host: new URL(address).hostname, trust: {} }
    : { host: 'localhost', trust: { ca: referenceAuthority } }

interface Certificate {
  /** Name that it must hold. */
  readonly host: string
  /** Whom to trust, for the options of a probe. */
  readonly trust: { readonly ca?: string }
}

/** What is so at the reference system alone; undefined when `address` is of another. */
export const ofReference = (address: string, value: string): string | undefined =>
  /^(127\.|localhost$)/.test(new URL(address).hostname) ? value : undefined
