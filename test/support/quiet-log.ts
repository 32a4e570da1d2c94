import type { Log } from '../../runner/engine/log.ts'

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

/** A log that keeps its lines. */
export function quietLog(): Log & { readonly lines: readonly Line[] } {
  const lines: Line[] = []
  const write =
    (level: Line['level']) =>
    (fields: unknown, message?: string): void => {
      lines.push({ level, fields: fields as Line['fields'], message: message ?? '' })
    }
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') } as Log & {
    readonly lines: readonly Line[]
  }
}
