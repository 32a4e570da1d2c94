/** The pages of deploys in a real browser: accessible, nothing cut off, on phone and desk, by day and night. */

import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Result } from '../../runner/core/contracts.ts'
import { type Deploy, deployId } from '../../runner/core/deploys.ts'
import { type Serving, serve } from '../server/support.ts'
import { createFakeWatch, resultOf, start, systemOf } from '../support/fake-watch.ts'
import { inspect, openBrowser, openWindow } from './look.ts'

const minute = 60_000
let browser: Browser
let serving: Serving
let empty: Serving

const deployOf = (revision: string, ago: number, more: Partial<Deploy>): Deploy => {
  const mark = { system: 'cod-admin', revision, at: start - ago, by: 'gate' as const }
  return { ...mark, id: deployId(mark), environment: 'production', ...more }
}
const bad = deployOf('3f2a91c', 120 * minute, { decision: 'go', note: 'the cart keeps its coupons' })
const deploys = [
  deployOf('77ab01e', 30 * 60 * minute, {
    by: 'hand',
    note: 'a first look at the new workflows, deployed by the evening shift',
  }),
  deployOf('a-branch/with-a-long-name-2026-01-05', 26 * 60 * minute, { by: 'seen' }),
  bad,
  deployOf('9c01dd2', 3 * minute, { decision: 'no-go' }),
]

/** Two hours on either side: checkout gets slower and fails more, health is as it was, the rest ran too seldom. */
const results = Array.from({ length: 240 }, (_, index): readonly Result[] => {
  const at = start - (240 - index) * minute
  const isAfter = at >= bad.at
  const wave = (index * 37) % 50
  const run = (check: string, more: Partial<Result>) =>
    resultOf({ system: 'cod-admin', check }, { slot: at, startedAt: at, ...more })
  return [
    run('health', { duration: 40 + wave }),
    run('orders/a-customer-checks-out', {
      duration: (isAfter ? 655 : 412) + wave * 3,
      steps: [
        { title: 'fill the cart', startedAt: 0, duration: 200 + wave },
        { title: 'pay on delivery', startedAt: 250, duration: (isAfter ? 420 : 190) + wave },
      ],
      ...(isAfter && index % 6 === 0 ? { verdict: 'failed', reason: 'assertion', detail: 'x' } : {}),
    }),
    ...(index % 60 === 0 ? [run('certificate', { duration: 90 })] : []),
  ]
}).flat()

beforeAll(async () => {
  browser = await openBrowser()
  serving = await serve({
    watch: createFakeWatch({ systems: [systemOf('cod-admin', { title: 'E-commerce COD Admin' })] }),
    results,
  })
  const keep = deploys.map(value => ({ kind: 'deploy' as const, id: value.id, at: value.at, value }))
  await serving.store.append({ results: [], health: [], keep })
  empty = await serve()
}, 60_000)

afterAll(async () => {
  await browser?.close()
  for (const server of [serving, empty]) await server?.[Symbol.asyncDispose]()
})

const paths: Readonly<Record<string, () => string>> = {
  deploys: () => `${serving.url}/deploys`,
  'deploys-empty': () => `${empty.url}/deploys`,
  'deploy-worse': () => `${serving.url}/deploys/${encodeURIComponent(bad.id)}`,
  'deploy-unclear': () => `${serving.url}/deploys/${encodeURIComponent(deploys.at(-1)!.id)}`,
}

test.each([390, 1440].flatMap(width => Object.keys(paths).map(name => [name, width] as const)))(
  '%s at %i px is accessible and whole, by day and by night',
  async (name, width) => {
    await using context = await openWindow(browser, width)
    const page = await context.newPage()
    await page.goto(paths[name]!())
    await inspect(page, name)
  },
)

test('from the list to the answer', async () => {
  await using context = await browser.newContext({ javaScriptEnabled: false })
  const page = await context.newPage()
  await page.goto(paths['deploys']!())
  await page.getByRole('link', { name: 'E-commerce COD Admin at 3f2a91c' }).click()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('got worse with 3f2a91c')
  const worst = page.getByRole('row').filter({ hasText: 'pay on delivery' })
  expect(await worst.textContent()).toContain('very sure (p < 0.001')
  await page.goto(paths['deploys']!())
  await page.getByRole('link', { name: /a-branch\/with-a-long-name/ }).click()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('has too few runs yet')
})
