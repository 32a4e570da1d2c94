import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSecureContext, type SecureContext, type SecureVersion } from 'node:tls'
import { RunnerFault } from '../core/fault.ts'

export interface ContextOptions {
  /** PEM text, or the path of a PEM file. Trusted in place of the machine's own authorities. */
  readonly ca?: string
  readonly minVersion?: SecureVersion
  readonly maxVersion?: SecureVersion
  /** OpenSSL's list of ciphers; also names those of TLS 1.3. */
  readonly ciphers?: string
}

export interface ContextPlace {
  /** What the path of an authority is relative to. */
  readonly folder?: string
  /** Where contexts are kept for others that need the same. */
  readonly shared?: Map<string, unknown>
}

/** Contexts are costly (a third of a handshake, and 30 KB), so each is made once, when it is first needed. */
export interface TlsContexts {
  /** Throws RunnerFault when the file of the authority cannot be read or holds no certificate. */
  get(options: ContextOptions, place?: ContextPlace): SecureContext
}

export function createTlsContexts(): TlsContexts {
  const own = new Map<string, unknown>()
  return {
    get(options, { folder = '.', shared = own } = {}) {
      const { ca, minVersion, maxVersion, ciphers } = options
      const key = ['tls', ca && !isPem(ca) ? resolve(folder, ca) : ca, minVersion, maxVersion, ciphers].join('\n')
      const known = shared.get(key)
      if (known) return known as SecureContext
      const context = createSecureContext({
        ...(ca === undefined ? {} : { ca: readAuthority(ca, folder) }),
        // Node refuses old versions by itself; who names one wants to know whether the other side still speaks it.
        ...(minVersion === undefined ? {} : { minVersion }),
        ...(maxVersion === undefined ? {} : { maxVersion }),
        ...(ciphers === undefined ? {} : { ciphers }),
      })
      shared.set(key, context)
      return context
    },
  }
}

const isPem = (text: string) => text.includes('-----BEGIN ')

function readAuthority(ca: string, folder: string): string {
  if (isPem(ca)) return ca
  const path = resolve(folder, ca)
  try {
    const text = readFileSync(path, 'utf8')
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text
  } catch (error) {
    throw new RunnerFault(
      `expected the file ${path} to hold the certificate of an authority, found: ${(error as Error).message}`,
    )
  }
  throw new RunnerFault(`expected the file ${path} to hold the certificate of an authority (PEM), found none in it`)
}
