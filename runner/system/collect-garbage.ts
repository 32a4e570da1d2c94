import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Gives back what starting has left behind. V8 waits until the heap has doubled, which in a thread that does little takes for ever. It
 * stops the thread for some hundredths of a second, so it is not for a thread that is measuring.
 */
export function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as (options: {
    type: 'major'
    execution: 'sync'
    flavor: 'last-resort'
  }) => void
  v8.setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
