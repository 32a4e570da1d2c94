import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest on a fresh machine, where no earlier run tells: begun last, one of them would keep the others' workers waiting. */
const long = [
  'package/stranger.test.ts',
  'browser/pages.test.ts',
  'scenarios/support.test.ts',
  'chaos/network.test.ts',
  'journeys/truth-table.test.ts',
  'journeys/',
  'process/run.test.ts',
  'process/survivors.test.ts',
  'process/watch-command.test.ts',
  'dashboards/stack.test.ts',
  'browser/',
  'process/',
  'scenarios/janitor.test.ts',
  'engine/outbox-kill.test.ts',
  'engine/objectives.test.ts',
  'stores/sqlite-history.test.ts',
]

export class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const name = relative('test', moduleId)
      const at = long.findIndex(start => name.startsWith(start))
      return at < 0 ? long.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}
