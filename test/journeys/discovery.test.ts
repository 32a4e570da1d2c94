import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { fixtures, last, openTestJourneys, runAll, sourceAt, systemWith } from './support.ts'

let opened: ReturnType<typeof openTestJourneys>
let folder: string
beforeAll(() => {
  opened = openTestJourneys()
  folder = mkdtempSync(join(tmpdir(), 'foreign-'))
})
afterAll(async () => {
  await opened[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

const discover = (source: ReturnType<typeof sourceAt>, requirements: readonly string[] = []) =>
  opened.journeys.discover(systemWith(source, requirements), source)
const messages = ({ problems }: { problems: readonly { message: string }[] }) => problems.map(({ message }) => message)

test('each test of each project is a check with a stable id, and may set its own schedule', async () => {
  const { checks, good } = await discover(sourceAt(join(fixtures, 'several')))
  expect(good).toBe(true)
  expect(checks.map(({ id }) => id).filter(id => id.endsWith('@phone'))).toEqual([
    'checkout/checkout-pays-on-delivery@phone',
    'checkout/kept@phone',
    'other/checkout/other-pays-on-delivery@phone',
  ])
  expect(checks[0]).toMatchObject({
    title: 'Checkout › pays on delivery',
    schedule: { every: 60_000 },
    timeout: 40_000,
    severity: 'p0',
    retry: { attempts: 0 },
    probe: { kind: 'journey' },
  })
})

test('severity and owner are those that the escalation declares, unless a source or a test says its own', async () => {
  const escalation = [
    { checks: ['checkout/kept'], causes: [], severity: 'p0', owner: 'revenue' },
    { checks: [], causes: [], severity: 'p2', owner: 'product' },
  ] as const
  const discovered = async (more: Parameters<typeof sourceAt>[1]) => {
    const source = sourceAt(join(fixtures, 'several'), { project: 'Phone', ...more })
    const found = await opened.journeys.discover({ ...systemWith(source), escalation }, source)
    return {
      ...found,
      told: found.checks.map(({ id, severity, owner }) => `${id} ${severity} ${owner}`),
    }
  }
  const { told, problems, good } = await discovered({ unrated: true })
  expect(told).toEqual([
    'checkout/checkout-pays-on-delivery p0 product',
    'checkout/kept p0 revenue',
    'other/checkout/other-pays-on-delivery p0 product',
  ])
  expect(good).toBe(true)
  const contradicted = {
    level: 'warning',
    message: expect.stringMatching(/^expected the severity that `escalation` declares for it, 'p2', found 'p0'/),
  }
  expect(problems).toMatchObject([contradicted, contradicted])
  const own = await discovered({ severity: 'p1', owner: 'design' })
  expect(own.told[1]).toBe('checkout/kept p1 design')
  expect(own.problems).toHaveLength(6)
})

test('one project needs no suffix', async () => {
  const { checks } = await discover(sourceAt(join(fixtures, 'several'), { project: 'Phone', grep: 'renamed' }))
  expect(checks.map(({ id }) => id)).toEqual(['checkout/kept'])
})

test('only tags with a prefix of the requirements are what a test covers', async () => {
  const source = sourceAt(join(fixtures, 'truth'), { grep: 'passes @' })
  const [check] = (await discover(source, ['SHOP-01'])).checks
  expect(check).toMatchObject({ covers: ['SHOP-01'], tags: ['critical'] })
  const [stranger] = (await discover(source, ['COD-01'])).checks
  expect(stranger).toMatchObject({ covers: [], tags: ['SHOP-01', 'critical'] })
  expect(messages(await discover(source, ['SHOP-02']))).toEqual([
    expect.stringContaining(`found '@SHOP-01'; did you mean 'SHOP-02'?`),
  ])
})

test('set-up projects are no checks unless they are asked for', async () => {
  expect((await discover(sourceAt(join(fixtures, 'setup')))).checks.map(({ id }) => id)).toEqual([
    'orders/lists-orders',
  ])
  const asked = sourceAt(join(fixtures, 'setup'), { project: 'sign in' })
  expect((await discover(asked)).checks.map(({ id }) => id)).toEqual(['sign-in/sign-in'])
})

test.each([
  ['a folder that is not there', join(fixtures, 'nowhere'), {}, /found nothing at/],
  ['no configuration', tmpdir(), {}, /expected a playwright\.config\.ts .* in or above/],
  ['no tests', join(fixtures, 'empty'), {}, /expected tests in .*empty, found none/],
  ['a grep that fits nothing', join(fixtures, 'setup'), { grep: 'nothing' }, /that fit the grep \/nothing\//],
  ['an unknown project', join(fixtures, 'several'), { project: 'phone' }, /found 'phone'; did you mean 'Phone'\?/],
  ['a configuration with a server of its own', join(fixtures, 'served'), {}, /found one with `webServer`/],
  [
    'a spec that does not compile',
    join(fixtures, 'broken'),
    {},
    /^expected specs that load, found: SyntaxError: .*Unexpected token/,
  ],
])('a problem: %s', async (_, dir, more, message) => {
  const found = await discover(sourceAt(dir, more))
  expect(found.good).toBe(false)
  expect(messages(found)).toEqual([expect.stringMatching(message)])
})

test('a package that a spec misses is named, without the stack of who asked for it', async () => {
  const dir = foreignProject('package', `test('opens', async () => undefined)`)
  writeFileSync(join(dir, 'other.spec.ts'), "import 'nobody-has-published-this'")
  expect(messages(await discover(sourceAt(dir)))).toEqual([
    "expected specs that load, found: Cannot find module 'nobody-has-published-this' (other.spec.ts:1); install nobody-has-published-this where the spec is, or correct its name",
  ])
})

test('a broken listing names its file and line, the last good list stands and its runs are unknown', async () => {
  const dir = foreignProject('last-good', `test('opens', async () => undefined)`)
  const source = sourceAt(dir)
  const before = await discover(source)
  expect(before.checks.map(({ id }) => id)).toEqual(['shop/opens'])
  writeFileSync(join(dir, 'broken.spec.ts'), 'test(')
  const after = await discover(source)
  expect(after).toMatchObject({ good: false, checks: [{ id: 'shop/opens' }] })
  expect(after.problems[0]).toMatchObject({ file: join(dir, 'broken.spec.ts'), line: 1 })
  const outcomes = await runAll(opened, source, { checks: after.checks })
  expect(last(outcomes, 'shop/opens').fault).toContain('could not list')
  rmSync(join(dir, 'broken.spec.ts'))
  expect((await discover(source)).good).toBe(true)
})

test('a listing is asked for once until a file changes', async () => {
  const dir = foreignProject('cached', `test('one', async () => undefined)`)
  const source = sourceAt(dir)
  const first = await discover(source)
  const again = await discover(source)
  expect(again.checks[0]!.test).toEqual(first.checks[0]!.test)
  writeFileSync(join(dir, 'shop.spec.ts'), spec(`test('two', async () => undefined)`))
  expect((await discover(source)).checks.map(({ id }) => id)).toEqual(['shop/two'])
})

test('another environment of the runs is listed anew', async () => {
  const dir = foreignProject('environment', "test('in ' + process.env.SHOP, async () => undefined)")
  const named = async (shop: string) =>
    (await discover(sourceAt(dir, { env: { SHOP: shop } }))).checks.map(({ id }) => id)
  expect(await named('ankara')).toEqual(['shop/in-ankara'])
  expect(await named('bursa')).toEqual(['shop/in-bursa'])
})

test('unknown settings and repeated ids are problems', async () => {
  const dir = foreignProject(
    'settings',
    `const annotation = { type: 'vedette', description: 'evry=1m timeout=soon retries=many smoke=perhaps' }
test('pays', { annotation }, async () => undefined)
test('Pays!', async () => undefined)`,
  )
  const found = await discover(sourceAt(dir))
  expect(messages(found)).toEqual([
    expect.stringContaining(`found 'evry'; did you mean 'every'?`),
    expect.stringContaining(`'timeout' to be a duration such as '30s', found 'soon'`),
    expect.stringContaining(`'retries' to be a whole number from 0, found 'many'`),
    expect.stringContaining(`'smoke' to be true or false, found 'perhaps'`),
    expect.stringContaining(`expected each id once, found 'shop/pays' also in`),
  ])
})

test('a Playwright that is too old is a problem of the configuration', async () => {
  const dir = foreignProject('old', '')
  rmSync(join(dir, 'node_modules'), { recursive: true })
  const old = join(dir, 'node_modules', '@playwright', 'test')
  mkdirSync(old, { recursive: true })
  writeFileSync(join(old, 'package.json'), '{ "name": "@playwright/test", "version": "1.40.0" }')
  expect(messages(await discover(sourceAt(dir)))).toEqual([
    expect.stringMatching(/expected Playwright 1\.56 or newer, found 1\.40\.0/),
  ])
})

test('the plain command line repeats a run by hand', async () => {
  const source = sourceAt(join(fixtures, 'several'), {
    project: 'Phone',
    env: { PASSWORD: { source: { env: 'SHOP_PASSWORD' }, toString: () => '[secret]' as const }, GREETING: `it's` },
  })
  const [check] = (await discover(source)).checks
  expect(opened.journeys.command(check!, { web: 'http://127.0.0.1:9' })).toBe(
    `cd ${join(fixtures, 'several')} && BASE_URL=http://127.0.0.1:9 VEDETTE_URL_WEB=http://127.0.0.1:9 PASSWORD="$SHOP_PASSWORD" GREETING='it'\\''s' npx playwright test checkout.spec.ts:4 --config playwright.config.ts --project Phone`,
  )
})

const spec = (body: string) => `import { test } from 'playwright/test'\n${body}\n`

/** A project outside this repository, with its own package and its own Playwright. */
function foreignProject(name: string, body: string): string {
  const dir = join(folder, name)
  mkdirSync(join(dir, 'node_modules'), { recursive: true })
  cpSync(join(fixtures, 'truth', 'playwright.config.ts'), join(dir, 'playwright.config.ts'))
  writeFileSync(join(dir, 'package.json'), '{ "private": true }')
  writeFileSync(join(dir, 'shop.spec.ts'), spec(body))
  for (const part of ['playwright', 'playwright-core']) {
    symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules', part), join(dir, 'node_modules', part))
  }
  return dir
}

test('listings that run at the end are ended with the rest, and nothing is listed anew', async () => {
  await using ending = openTestJourneys()
  const sources = ['several/checkout.spec.ts', 'several/other'].map(name => sourceAt(join(fixtures, name)))
  const listings = Promise.allSettled(sources.map(source => ending.journeys.discover(systemWith(source), source)))
  await vi.waitFor(() => expect(ending.marked()).not.toEqual([]), { timeout: 20_000, interval: 5 })
  await ending.journeys[Symbol.asyncDispose]()
  const over = {
    status: 'rejected',
    reason: expect.objectContaining({ message: expect.stringContaining('this is over') }),
  }
  expect(await listings).toEqual([over, over])
  expect(ending.marked()).toEqual([])
  expect(ending.journeys.stats().children).toBe(0)
})
