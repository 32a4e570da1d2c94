import { type Broken, chooseBroken } from './broken.ts'
import { type Certificate, createCertificate } from './certificate.ts'
import { createClock, type TargetClock } from './clock.ts'
import { createParts, type Parts } from './parts.ts'
import { placesOf, type TargetOptions } from './target.ts'

/** What every reference system has before it listens. */
interface Prepared<Id extends string, PartName extends string> {
  readonly broken: Broken<Id>
  readonly clock: TargetClock
  readonly parts: Parts<PartName>
  readonly revision: { current: string }
  readonly certificate: Certificate
  /** The place of each listener, by its number. */
  readonly at: ReturnType<typeof placesOf>
}

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
): Prepared<Id, PartName> {
  const broken = chooseBroken(breakable, options.broken)
  const clock = createClock(options.clock)
  const now = clock.now()
  const validUntil = now + (broken(longCertificate) ? 3 : 60) * day
  return {
    broken,
    clock,
    parts: createParts(parts),
    revision: { current: options.revision ?? 'reference' },
    certificate: createCertificate({ names, validFrom: now - day, validUntil }),
    at: placesOf(options),
  }
}
