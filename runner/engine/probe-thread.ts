import { Worker } from 'node:worker_threads'
import type { FromWorker, ToWorker, WorkerSetup } from './probe-protocol.ts'

/** A probe worker as main holds it. */
export interface ProbeThread {
  post(message: ToWorker): void
  /** Ends it at once, whatever it does. */
  terminate(): void
}

export interface ThreadListener {
  onMessage(message: FromWorker): void
  /** Once, after the last message. `why` is there unless it ended by itself. */
  onExit(why: string | undefined): void
}

export type StartThread = (setup: WorkerSetup, listener: ThreadListener) => ProbeThread

/** Starts a real thread. */
export const startProbeThread: StartThread = (setup, { onMessage, onExit }) => {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js'
  const worker = new Worker(new URL(`./probe-worker${extension}`, import.meta.url), {
    workerData: setup,
    name: `vedette probes ${setup.request.generation}`,
  })
  let why: string | undefined
  worker.on('message', onMessage)
  worker.on('error', error => {
    why = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  })
  worker.on('exit', code => onExit(why ?? (code === 0 ? undefined : `it ended with code ${code}`)))
  return {
    post: message => worker.postMessage(message),
    terminate: () => void worker.terminate(),
  }
}
