import { expect, test } from 'vitest'
import { defineConfig } from '../../runner/config/configuration.ts'
import { show } from '../../runner/config/options.ts'
import * as door from '../../runner/index.ts'
import { type Helper, helpers, odd, placesOf, wrong } from '../support/odd-input.ts'

/** What the whole configuration says of it, as loading asks for it. */
function problemsOf({ make, held }: Helper, given: readonly unknown[]): readonly string[] {
  const made = make(...(given as readonly never[]))
  const { problems } = defineConfig(held(made as never) as never)
  return problems.flatMap(({ level, message }) => (level === 'error' ? [message] : []))
}

const isTold = (message: string) => /^(?:limit\(.*\): )?expected .*, found /s.test(message)

test('every function of the door is held to it', () => {
  const functions = Object.entries(door).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
  expect(functions.filter(name => name !== 'RunnerFault').toSorted()).toEqual(Object.keys(helpers).toSorted())
})

test.each(Object.entries(helpers))('%s never throws, whatever it is given, and says what it expected', (_, helper) => {
  const { good, schema } = helper
  const before = good.slice(0, -1)
  const places = schema === undefined ? [] : placesOf(schema)
  for (const value of [...odd, ...wrong]) {
    const anywhere = [[], [value], [value, value, value], [...before, value], [value, ...good.slice(1)]]
    const untold = anywhere.flatMap(given => problemsOf(helper, given)).filter(message => !isTold(message))
    expect(untold).toEqual([])
    for (const place of places) {
      const problems = problemsOf(helper, [...before, { ...(good.at(-1) as object), ...(place(value) as object) }])
      if (problems.every(isTold) && (problems.length > 0 || !wrong.includes(value))) continue
      expect.fail(`${JSON.stringify(place('here'))} with ${show(value)}: ${problems.join('; ') || 'no problem'}`)
    }
  }
})
