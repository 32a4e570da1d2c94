import { hash, randomUUID } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { compiledFolder } from './compiled-folder.ts'

/** Strips types in a thread of its own, which ends with it: what strips them holds 10 MB for as long as its thread lives. */
export interface TypeStripper extends Disposable {
  /** JavaScript with the same lines and columns; undefined where that cannot be had, which Node's own loader then explains. */
  strip(code: string): string | undefined
}

/** How long an answer may take, ms; a file takes one or two. */
const patience = 5_000

const program = `
const { stripTypeScriptTypes } = require('node:module')
const { workerData: { port, turn } } = require('node:worker_threads')
port.on('message', code => {
  let stripped
  try {
    stripped = stripTypeScriptTypes(code)
  } catch {}
  port.postMessage({ stripped })
  Atomics.store(turn, 0, 1)
  Atomics.notify(turn, 0)
})`

/**
 * Synchronous, as loading is. The thread is started by the first file that was never stripped before: what was is kept by its text, beside
 * the code that Node has compiled with the same version.
 */
export function createTypeStripper(cache = compiledFolder()): TypeStripper {
  const turn = new Int32Array(new SharedArrayBuffer(4))
  let thread: { readonly worker: Worker; readonly port: MessagePort } | undefined

  const start = () => {
    const { port1: port, port2 } = new MessageChannel()
    const worker = new Worker(program, {
      eval: true,
      name: 'types',
      workerData: { port: port2, turn },
      transferList: [port2],
      execArgv: ['--disable-warning=ExperimentalWarning'],
    })
    worker.unref()
    port.unref()
    return { worker, port }
  }
  const stripAnew = (code: string) => {
    thread ??= start()
    Atomics.store(turn, 0, 0)
    thread.port.postMessage(code)
    if (Atomics.wait(turn, 0, 0, patience) === 'timed-out') return undefined
    return (receiveMessageOnPort(thread.port)?.message as { readonly stripped?: string } | undefined)?.stripped
  }
  return {
    strip(code) {
      if (cache === undefined) return stripAnew(code)
      const file = join(cache, `${hash('sha256', code)}.js`)
      const kept = read(file)
      if (kept !== undefined) return kept
      const stripped = stripAnew(code)
      if (stripped !== undefined) keep(file, stripped)
      return stripped
    },
    [Symbol.dispose]() {
      void thread?.worker.terminate()
    },
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Whole or not at all: others may be reading. */
function keep(file: string, text: string): void {
  try {
    const begun = `${file}.${randomUUID()}`
    writeFileSync(begun, text)
    renameSync(begun, file)
  } catch {
    // Only a memory: without it the types are stripped again.
  }
}
