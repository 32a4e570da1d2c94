/**
 * The accounts of a use (`checkout-1@example.com` …) in the order to try them. Limits are per account, so no use spends the window of
 * another, and each minute another account is the first.
 */
export function accountsOf(use: string, count: number): readonly string[] {
  const minute = Math.floor(Date.now() / 60_000)
  return Array.from({ length: count }, (_, turn) => `${use}-${((minute + turn) % count) + 1}@example.com`)
}
