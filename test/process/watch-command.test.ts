import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { startWatch } from '../support/watch-process.ts'

const configuration = (
  url: string,
  checks: string,
) => `import { check, defineConfig, defineSystem, http } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: '${url}', checks: [${checks}] })] })
`
const home = "check('home', { probe: http('/'), every: '1s' })"

async function target(): Promise<string> {
  const server = createServer((_, response) => void response.end('hello')).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('watch takes a good change by file and by SIGHUP, refuses a broken one with its message, and ends with 0', async () => {
  const url = await target()
  const folder = tempFolder({ 'vedette.config.ts': configuration(url, home) })
  onTestFinished(() => folder[Symbol.dispose]())
  const change = (checks: string) => void folder.write({ 'vedette.config.ts': configuration(url, checks) })
  const { child, says, ended } = startWatch(folder.path)
  const page = (await says(/Vedette: (http:\S+) /))[1]!
  const api = async () => {
    const { checks } = (await (await fetch(`${page}/api/v1/checks`)).json()) as {
      checks: readonly { readonly check: string; readonly health: { readonly since: number } }[]
    }
    return checks
  }
  await says(/"verdict":"passed"/)
  // The health of a run is there at the latest when the next one is told.
  await says(/"verdict":"passed"/)
  const [before] = await api()

  change(`${home}, check('more', { probe: http('/more') })`)
  await says(/"generation":2,"checks":2,"msg":"a new generation watches"/)
  expect((await api()).map(({ check }) => check)).toEqual(['home', 'more'])

  change(home.replace('every', 'evry'))
  await says(/the change is refused: the generation before goes on/)
  const shown = await (await fetch(page)).text()
  expect(shown).toContain('A changed configuration was refused; generation 2 goes on')
  expect(shown).toContain('did you mean &#39;every&#39;?')
  expect((await fetch(`${page}/health/ready`)).status).toBe(200)

  change(home)
  await says(/"checks":1,"msg":"a new generation watches"/)
  child.kill('SIGHUP')
  await says(/"checks":1,"msg":"a new generation watches"/)
  const after = await api()
  expect(after).toMatchObject([{ check: 'home', health: { since: before!.health.since } }])
  expect(await (await fetch(page)).text()).not.toContain('was refused')

  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

test('journeys that cannot be listed are told on the page and in the metrics; one data folder has one watch', async () => {
  const folder = tempFolder({
    'vedette.config.ts': `import { defineConfig, defineSystem, playwright } from 'vedette'
export default defineConfig({ systems: [defineSystem('shop', { url: '${await target()}', checks: [playwright('./e2e')] })] })
`,
    'e2e/playwright.config.ts': 'export default {}',
    'e2e/broken.spec.ts': 'const = 1',
  })
  onTestFinished(() => folder[Symbol.dispose]())
  const { child, says, ended } = startWatch(folder.path)
  const page = (await says(/Vedette: (http:\S+) /))[1]!
  await says(/listing journeys failed/)
  const shown = await (await fetch(page)).text()
  expect(shown).toContain('Some journeys cannot be listed, so they are not watched')
  expect(shown).toContain('broken.spec.ts')
  expect(await (await fetch(`${page}/metrics`)).text()).toContain('vedette_unlisted_journey_problems 1')

  const second = startWatch(folder.path)
  await second.says(/expected no other `vedette watch` with the data folder .*, found one; stop it, or choose another/)
  expect(await second.ended).toBe(2)

  child.kill('SIGTERM')
  expect(await ended).toBe(0)
})

test('a selection is all that is watched, also after a change; one that fits nothing is refused', async () => {
  const url = await target()
  const more = "check('more', { probe: http('/more'), every: '1s', smoke: false })"
  const folder = tempFolder({ 'vedette.config.ts': configuration(url, `${home}, ${more}`) })
  onTestFinished(() => folder[Symbol.dispose]())
  const { child, says, ended } = startWatch(folder.path, ['shop/mo*'])
  const page = (await says(/Vedette: (http:\S+) \(watching shop\/mo\* of shop\)/))[1]!
  const watched = async () => {
    const { checks } = (await (await fetch(`${page}/api/v1/checks`)).json()) as { checks: { check: string }[] }
    return checks.map(({ check }) => check)
  }
  const first = await says(/"check":"shop\/(\w+)","verdict":"passed"/)
  expect(first[1]).toBe('more')
  expect(await watched()).toEqual(['more'])

  folder.write({ 'vedette.config.ts': configuration(url, `${home}, ${more}, ${more.replace("'more'", "'most'")}`) })
  await says(/"generation":2,"checks":2,"msg":"a new generation watches"/)
  expect(await watched()).toEqual(['more', 'most'])
  child.kill('SIGTERM')
  expect(await ended).toBe(0)

  for (const [terms, message] of [
    [['shop/hom'], /found 'shop\/hom', which fits no check; did you mean 'shop\/home'\?/],
    [['!shop'], /expected a selection that leaves something to watch, found '!shop'/],
  ] as const) {
    const refused = startWatch(folder.path, terms)
    await refused.says(message)
    expect(await refused.ended).toBe(2)
  }
})
