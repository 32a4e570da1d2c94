/** What a chain of certificates says about time: when its first one ends, and how much of its life is left. */

import type { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { Breach } from '../../core/contracts.ts'
import type { Figure, ProbeRun } from '../../core/definitions.ts'
import { describeLimit, keepsLimit, type LimitRef } from '../../core/requirements.ts'
import { isLimitRef, limitRef } from './fields.ts'

export const certificateFields = {
  daysLeft: z
    .union([z.number().min(0), limitRef])
    .optional()
    .describe("Days that the certificate must still be valid: a figure, or limit('COD-40'). Fewer is degraded."),
  lifeLeft: z
    .number()
    .min(0)
    .max(1)
    .optional()
    .describe(
      'Share of its life that must be left, 0 to 1: 0.25 of a certificate for 90 days is 22.5 days. Less is degraded.',
    ),
}

export interface CertificateExpectations {
  readonly daysLeft?: number | LimitRef | undefined
  readonly lifeLeft?: number | undefined
}

/** Days that were written as a figure. */
export const daysFigures = (expected: CertificateExpectations | undefined): readonly Figure[] =>
  typeof expected?.daysLeft === 'number' ? [{ metric: 'tls_cert_days_left', value: expected.daysLeft }] : []

const day = 86_400_000

/** The chain as the other side sent it, the server's own certificate first. */
export function chainOf(certificate: X509Certificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let next: X509Certificate | undefined = certificate; next && chain.length < 20; next = next.issuerCertificate) {
    chain.push(next)
    // A root names itself as its issuer.
    if (next.subject === next.issuer) break
  }
  return chain
}

export interface CertificateLife {
  /** Epoch ms at which the first certificate of the chain ends. */
  readonly end: number
  readonly daysLeft: number
  readonly lifeLeft: number
}

export function lifeOf(certificate: X509Certificate, now: number): CertificateLife {
  const chain = chainOf(certificate)
  const first = chain.reduce((a, b) => (b.validToDate < a.validToDate ? b : a))
  const end = first.validToDate.getTime()
  const start = first.validFromDate.getTime()
  return { end, daysLeft: (end - now) / day, lifeLeft: (end - now) / Math.max(1, end - start) }
}

/** Figures for the result. */
export const lifeMetrics = (life: CertificateLife): Readonly<Record<string, number>> => ({
  tls_cert_days_left: Number(life.daysLeft.toFixed(3)),
  tls_cert_expiry_s: Math.floor(life.end / 1_000),
  tls_cert_life_left: Number(life.lifeLeft.toFixed(4)),
})

/** Thresholds that the life left does not keep. */
export function lifeBreaches(
  run: ProbeRun,
  expected: CertificateExpectations,
  life: CertificateLife,
): readonly Breach[] {
  const breaches: Breach[] = []
  const { daysLeft, lifeLeft } = expected
  if (isLimitRef(daysLeft)) {
    const limit = run.limit(daysLeft)
    if (!keepsLimit(limit, life.daysLeft)) {
      breaches.push({
        requirement: daysLeft.requirement,
        metric: limit.metric,
        value: life.daysLeft,
        limit: describeLimit(limit),
      })
    }
  } else if (daysLeft !== undefined && life.daysLeft < daysLeft) {
    breaches.push({ metric: 'tls_cert_days_left', value: life.daysLeft, limit: `tls_cert_days_left >= ${daysLeft}` })
  }
  if (lifeLeft !== undefined && life.lifeLeft < lifeLeft) {
    breaches.push({ metric: 'tls_cert_life_left', value: life.lifeLeft, limit: `tls_cert_life_left >= ${lifeLeft}` })
  }
  return breaches
}

/** Whether a limit is of a kind that this probe can judge, for the problems of a definition. */
export const daysLimits = (expected: CertificateExpectations | undefined): readonly LimitRef[] =>
  isLimitRef(expected?.daysLeft) ? [expected.daysLeft] : []
