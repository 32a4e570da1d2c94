import type { Health, Result } from '../../runner/core/contracts.ts'

export const monday = Date.UTC(2026, 0, 5)
export const minute = 60_000
export const hour = 60 * minute
export const day = 24 * hour

/** A passed HTTP probe as the engine makes it. */
export function run(more: Partial<Result> = {}): Result {
  const slot = more.slot ?? monday
  return {
    system: 'shop',
    environment: 'production',
    check: 'home',
    location: 'local',
    slot,
    trigger: 'schedule',
    startedAt: slot + 7,
    duration: 123.45,
    attempts: 1,
    earlier: [],
    verdict: 'passed',
    phases: [
      { name: 'resolve', duration: 0.4, hop: 0 },
      { name: 'connect', duration: 11.2, hop: 0 },
      { name: 'tls', duration: 25, hop: 0 },
      { name: 'send', duration: 0.1, hop: 0 },
      { name: 'wait', duration: 80.3, hop: 0 },
      { name: 'transfer', duration: 6.2, hop: 0 },
    ],
    steps: [],
    metrics: { http_status: 200, http_bytes: 5_120, tls_cert_days_left: 61 },
    artifacts: [],
    revision: '3f2c1aa',
    loopDelay: 0.31,
    runner: { version: '0.1.0' },
    ...more,
  }
}

export const failed = (more: Partial<Result> = {}): Result =>
  run({ verdict: 'failed', reason: 'status', detail: 'expected status 200, found 503', ...more })

/** `count` passed runs, one a minute. */
export const runs = (count: number, more: Partial<Result> = {}): readonly Result[] =>
  Array.from({ length: count }, (_, index) => run({ ...more, slot: (more.slot ?? monday) + index * minute }))

export const up: Health = { state: 'up', since: monday, consecutiveFailures: 0, consecutiveSuccesses: 3 }
export const down: Health = {
  state: 'down',
  since: monday + hour,
  consecutiveFailures: 2,
  consecutiveSuccesses: 0,
  lastRunAt: monday + hour,
  lastVerdict: 'failed',
  lastPassedAt: monday,
}
