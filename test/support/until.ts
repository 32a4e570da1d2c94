/** Waiting without a clock: whoever waits looks again each time that something has happened. */
export function createUntil() {
  const waiting = new Set<() => void>()
  return {
    /** Resolves as soon as it fits. */
    until: (fits: () => boolean) =>
      new Promise<void>(resolve => {
        const look = () => {
          if (!fits()) return
          waiting.delete(look)
          resolve()
        }
        waiting.add(look)
        look()
      }),
    /** Something has happened. */
    tell() {
      for (const look of waiting) look()
    },
  }
}
