import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { requirements } from '../../scenarios/cod-admin/requirements.ts'
import { createCodAdmin } from '../targets/cod-admin/create-cod-admin.ts'
import { define, run } from './support.ts'

const root = join(import.meta.dirname, '../..')
const system = { id: 'shop', requirements }

const load = (stages: readonly string[]) =>
  define({
    script: join(root, 'load/cod-admin.ts'),
    profiles: { documented: { from: 'COD-01', stages: [...stages] } },
  })

test('users sign in once, each with an own account, and look at the orders below their own limit', async () => {
  const shop = await createCodAdmin()
  const result = await run(load(['0s:10', '3s:10']), shop.urls.web, { system })
  await shop.close()
  expect(result.detail).toBeUndefined()
  expect(result.verdict).toBe('passed')
  expect(result.metrics['users_rate_limited']).toMatchObject({ rate: 1 })
  expect(result.metrics['user_pause_s']).toMatchObject({ min: 1 })
  const requests = result.metrics['http_reqs']!['count']!
  expect(result.metrics['iterations']!['count']).toBe(requests - 10)
})

test('is red when the shop breaks COD-01', async () => {
  const shop = await createCodAdmin({ broken: ['COD-01'] })
  const result = await run(load(['0s:5', '3s:5']), shop.urls.web, { system })
  await shop.close()
  expect(result).toMatchObject({ verdict: 'failed', k6: { exitCode: 99 } })
  expect(result.detail).toMatch(/http_req_duration p\(95\)<500 \(COD-01\) was crossed/)
})

test("an account whose window is spent says nothing about the shop's speed", async () => {
  const shop = await createCodAdmin()
  for (let tries = 0; tries < 6; tries++) {
    await fetch(`${shop.urls.web}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'load-1@example.com', password: 'wrong' }),
    })
  }
  const result = await run(load(['0s:1', '1s:1']), shop.urls.web, { system })
  await shop.close()
  expect(result.verdict).toBe('unknown')
  expect(result.detail).toMatch(/load-1@example\.com has spent its rate limit \(429\); it is open again in \d+ s/)
})

test('k6 fetches no code: every import is a file of ours or a module of k6', () => {
  const files = readdirSync(join(root, 'load'), { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.ts'),
  )
  const imports = files.flatMap(name =>
    [...readFileSync(join(root, 'load', name), 'utf8').matchAll(/\bfrom\s+['"]([^'"]+)['"]/g)].map(([, from]) => from!),
  )
  expect(imports.length).toBeGreaterThan(4)
  expect(imports.filter(from => !/^(?:\.{1,2}\/.*\.ts|k6(?:\/[a-z]+)*)$/.test(from))).toEqual([])
})
