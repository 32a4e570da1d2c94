/** Durations as people write them: `'250ms'`, `'30s'`, `'5m'`, `'1h30m'`, `'7d'`. In code they are milliseconds. */

const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
type Unit = keyof typeof units

/** Milliseconds, or undefined when the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const whole = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.exec(text.trim())
  if (!whole) return undefined
  const total = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)].reduce(
    (sum, [, figure, unit]) => sum + Number(figure) * units[unit as Unit],
    0,
  )
  return Number.isSafeInteger(Math.round(total)) ? Math.round(total) : undefined
}

/** The shortest form with at most two units: `1h 30m`, `1.2s`, `250ms`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) return '–'
  if (ms < 1_000) return `${ms < 10 && ms % 1 !== 0 ? ms.toFixed(1) : Math.round(ms)}ms`
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))}s`
  const steps: readonly [Unit, Unit][] = [
    ['d', 'h'],
    ['h', 'm'],
    ['m', 's'],
  ]
  const [big, small] = steps.find(([unit]) => ms >= units[unit])!
  const whole = Math.floor(ms / units[big])
  const rest = Math.floor((ms - whole * units[big]) / units[small])
  return rest > 0 ? `${whole}${big} ${rest}${small}` : `${whole}${big}`
}

/** In one word without a fraction, as Prometheus reads it: `1h30m`, `30d`. */
export function exactDuration(ms: number): string {
  let rest = Math.round(ms)
  let text = ''
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const whole = Math.floor(rest / units[unit])
    if (whole > 0) text += `${whole}${unit}`
    rest -= whole * units[unit]
  }
  return text === '' ? '0s' : text
}
