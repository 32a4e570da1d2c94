/** The jobs of the reference systems: backups, restores and a look at the host, each telling Vedette that it went well. */

interface Job {
  /** Milliseconds between two runs. */
  readonly every: number
  readonly tells?: Readonly<Record<string, number>>
}

const minute = 60_000
const day = 24 * 60 * minute

/** By the heartbeat that each is to send. */
export const jobs: Readonly<Record<string, Job>> = {
  'cod-admin/backup': { every: day, tells: { database_bytes: 48e6, uploads_bytes: 210e6, oldest_backup_days: 14 } },
  'cod-admin/restore': { every: 7 * day, tells: { restores_succeeded: 1 } },
  'cod-admin/host': { every: minute, tells: { disk_used: 0.4, memory_used: 0.5, cpu_used: 0.3 } },
  'agent-portal/backup': { every: day },
  'agent-portal/restore': { every: 7 * day },
  'dental/backup': { every: day, tells: { mongodb_bytes: 96e6, redis_bytes: 4e6, oldest_backup_days: 31 } },
  'dental/restore': { every: 7 * day },
}

/** Runs each job at once and then in its rhythm. `addresses`: where the signals go, by heartbeat. */
export function runJobs(addresses: ReadonlyMap<string, string>, stop: AbortSignal): void {
  for (const [heartbeat, address] of addresses) {
    const { every, tells = {} } = jobs[heartbeat] ?? missing(heartbeat)
    const send = () =>
      void fetch(address, { method: 'POST', body: JSON.stringify(tells), signal: stop }).catch((error: unknown) => {
        if (!stop.aborted) console.error(`${heartbeat} could not be sent: ${String(error)}`)
      })
    send()
    const timer = setInterval(send, every)
    stop.addEventListener('abort', () => clearInterval(timer))
  }
}

function missing(heartbeat: string): never {
  throw new Error(`expected a job for each heartbeat of the reference systems, found none for ${heartbeat}`)
}
