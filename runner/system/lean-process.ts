/**
 * A process that watches all day had rather collect garbage a little more often than hold memory. V8 and malloc read what tells them so
 * only when a process starts; hence it replaces itself once, under its own number.
 */

/**
 * A small young generation, code that is kept small, one thread to help V8 (there are few cores to share, and each helper holds memory), and
 * no copy of V8's own code beside ours, which would save a jump.
 */
const flags = ['--max-semi-space-size=2', '--v8-pool-size=1', '--optimize-for-size', '--no-short-builtin-calls']

/** Many threads of few allocations: two arenas are enough for them, and what is free goes back to the system. */
const allocation: Readonly<Record<string, string>> = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: '32768',
  MALLOC_TRIM_THRESHOLD_: '65536',
}

/** How a process like this is started by somebody else. */
export const leanProcess = { execArgv: flags, env: allocation } as const

/** To be called before anything has been opened. Returns in the lean process; stays in this one where it cannot be replaced. */
export function becomeLean(): void {
  if (flags.every(flag => process.execArgv.includes(flag))) {
    // Children, browsers among them, had rather be fast.
    for (const [name, value] of Object.entries(allocation)) if (process.env[name] === value) delete process.env[name]
    return
  }
  // Whoever talks to this process over a channel would lose it; Windows knows no replacing.
  if (process.channel !== undefined || process.execve === undefined) return
  const argv = [process.execPath, ...flags, ...process.execArgv, ...process.argv.slice(1)]
  process.execve(process.execPath, argv, { ...allocation, ...(process.env as Record<string, string>) })
}
