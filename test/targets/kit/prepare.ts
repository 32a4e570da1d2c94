import { type Broken, chooseBroken } from './broken.ts'
import { createCertificate } from './certificate.ts'
import { createClock } from './clock.ts'
import { createMailbox } from './mailbox.ts'
import { createParts } from './parts.ts'
import { type Prepared, placesOf, type TargetOptions } from './target.ts'

interface Given<Id extends string, PartName extends string> {
  readonly breakable: readonly Id[]
  readonly parts: readonly PartName[]
  /** The promise that the certificate is good for long; broken, it is good for three days. */
  readonly longCertificate: Id
  /** Names of the certificate. Default: localhost. */
  readonly names?: readonly string[]
}

const day = 86_400_000

export function prepareTarget<Id extends string, PartName extends string>(
  options: TargetOptions,
  { breakable, parts, longCertificate, names = ['localhost'] }: Given<Id, PartName>,
): Prepared<PartName> & { readonly broken: Broken<Id> } {
  const broken = chooseBroken(breakable, options.broken)
  const clock = createClock(options.clock)
  const now = clock.now()
  const validUntil = now + (broken(longCertificate) ? 3 : 60) * day
  return {
    broken,
    clock,
    startedAt: now,
    parts: createParts(parts),
    mailbox: createMailbox(),
    revision: { current: options.revision ?? 'reference' },
    certificate: createCertificate({ names, validFrom: now - day, validUntil }),
    at: placesOf(options),
    addresses: {},
  }
}
