/** Which artifacts stay longest: first failure of a series, last pass, last change of health, for each check. */

import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Result } from '../core/contracts.ts'
import { type CheckKey, checkKey, type WatchEvent } from '../core/ports.ts'

interface Pinned {
  readonly failing: boolean
  readonly last: readonly string[]
  readonly firstFailure: readonly string[]
  readonly lastPass: readonly string[]
  readonly change: readonly string[]
}

export interface Pins {
  readonly follow: (event: WatchEvent) => void
  paths(): ReadonlySet<string>
  load(): Promise<void>
}

const nothing: Pinned = { failing: false, last: [], firstFailure: [], lastPass: [], change: [] }

export interface PinsOptions {
  readonly folder: string
  /** Runs `work` after what is under way; its failure is the caller's to tell. */
  save(work: () => Promise<void>): void
}

export function createPins({ folder, save }: PinsOptions): Pins {
  const file = join(folder, '.pins.json')
  const checks = new Map<CheckKey, Pinned>()
  let saving = false

  const change = (key: CheckKey, next: Pinned) => {
    checks.set(key, next)
    if (saving) return
    saving = true
    save(async () => {
      saving = false
      // Whole or not at all: a reader after a crash finds the old pins or the new ones.
      await writeFile(`${file}.partial`, JSON.stringify([...checks]), { mode: 0o600 })
      await rename(`${file}.partial`, file)
    })
  }
  return {
    follow(event) {
      if (event.kind === 'transition') {
        const key = checkKey(event.transition)
        const known = checks.get(key)
        if (known !== undefined && known.last.length > 0) change(key, { ...known, change: known.last })
      } else if (event.kind === 'result' && event.result.trigger === 'schedule') {
        const key = checkKey(event.result)
        const known = checks.get(key)
        // A check that never had an artifact has nothing to pin.
        if (known === undefined && event.result.artifacts.length === 0) return
        const next = after(known ?? nothing, event.result)
        if (next !== known) change(key, next)
      }
    },
    paths: () =>
      new Set(
        [...checks.values()].flatMap(({ firstFailure, lastPass, change: changed }) => [
          ...firstFailure,
          ...lastPass,
          ...changed,
        ]),
      ),
    async load() {
      const text = await readFile(file, 'utf8').catch(() => '[]')
      for (const [key, pinned] of entriesOf(text)) checks.set(key, { ...nothing, ...pinned })
    },
  }
}

function after(known: Pinned, { verdict, artifacts }: Result): Pinned {
  const last = artifacts.map(artifact => artifact.path)
  if (verdict === 'failed') return { ...known, failing: true, last, ...(known.failing ? {} : { firstFailure: last }) }
  // Our own trouble neither starts nor ends a series.
  if (verdict === 'unknown') return known
  return { ...known, failing: false, last, ...(last.length > 0 ? { lastPass: last } : {}) }
}

/** Nothing of a file that is damaged: pins are a comfort, and the next ones are written soon. */
function entriesOf(text: string): readonly (readonly [CheckKey, Partial<Pinned>])[] {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? (value as [CheckKey, Partial<Pinned>][]) : []
  } catch {
    return []
  }
}
