/** Entry file of the store's worker: it writes everything, and reads what is large. */

import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { collectGarbage } from '../system/collect-garbage.ts'
import { openForReading, openForWriting } from './schema.ts'
import { copyTo } from './sqlite-backup.ts'
import { maintain } from './sqlite-maintenance.ts'
import type { FromWorker, Order, ToWorker, WorkerSetup } from './sqlite-protocol.ts'
import { createReader } from './sqlite-reader.ts'
import { createWriter } from './sqlite-writer.ts'
import { StoreError, storeError } from './store-error.ts'

const port = parentPort!
const { path, retention, patience } = workerData as WorkerSetup
const post = (message: FromWorker) => port.postMessage(message)

try {
  const work = createWork()
  port.on('message', (message: ToWorker) => void answer(message.id, () => work(message)))
  collectGarbage()
  post({ id: 0, value: undefined })
} catch (error) {
  post(troubleOf(0, error))
}

async function answer(id: number, work: () => unknown): Promise<void> {
  try {
    post({ id, value: await work() })
  } catch (error) {
    post(troubleOf(id, error))
  }
}

function troubleOf(id: number, error: unknown): FromWorker {
  const { trouble, message } = storeError(error, path)
  return { id, trouble, message }
}

function createWork(): (order: Order) => unknown {
  const database = openForWriting({ path, patience })
  const writer = createWriter(database)
  const readOnly = openForReading({ path, patience })
  const reader = createReader(readOnly)
  let maintenance: Promise<void> = Promise.resolve()
  let closing = false
  const pause = async () => {
    await setImmediate()
    if (closing)
      throw new StoreError(
        'closed',
        `expected maintenance of the store ${path} to end, found the store closed before; the next one goes on where it stopped`,
      )
  }
  return order => {
    switch (order.do) {
      case 'append':
        return writer.append(order.batch)
      case 'rename':
        return writer.rename(order.system, order.from, order.to)
      case 'addLoadRun':
        return writer.addLoadRun(order.run)
      case 'windows':
        return reader.windows(order.query)
      case 'series':
        return reader.series(order.query)
      case 'results':
        return reader.results(order.query)
      case 'backup':
        return copyTo(readOnly, order.path)
      case 'maintain': {
        const next = maintenance.then(() => maintain({ database, retention, now: order.now, pause }))
        maintenance = next.catch(() => {})
        return next
      }
      case 'close':
        closing = true
        return maintenance.then(() => {
          readOnly.close()
          database.close()
          port.close()
        })
    }
  }
}
