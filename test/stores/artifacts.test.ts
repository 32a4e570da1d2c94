import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Artifact, HealthState, Result } from '../../runner/core/contracts.ts'
import { createArtifactStore } from '../../runner/stores/artifacts.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { failed, minute, monday, run } from './runs.ts'

async function openArtifacts({ budgetBytes = 1_000, clock = fakeClock(monday), before = (_: string) => {} } = {}) {
  const temp = tempFolder()
  const folder = join(temp.path, 'artifacts')
  before(folder)
  const warnings: string[] = []
  const log = {
    warn: (fields: object, message: string) =>
      void warnings.push(`${message}: ${(fields as { err: Error }).err.message}`),
  }
  const open = () => createArtifactStore({ folder, budgetBytes, clock, log })
  const store = await open()
  return {
    store,
    open,
    folder,
    clock,
    warnings,
    outside: temp.path,
    put: (name: string, size = 100) => store.put('screenshot', name, 'image/png', Buffer.alloc(size, name)),
    async [Symbol.asyncDispose]() {
      await store.settled()
      temp[Symbol.dispose]()
    },
  }
}

const result = (verdict: 'passed' | 'failed', artifacts: readonly (Artifact | undefined)[]): Result => {
  const more = { artifacts: artifacts.filter(artifact => artifact !== undefined) }
  return verdict === 'passed' ? run(more) : failed(more)
}

const transition = (from: HealthState, to: HealthState) =>
  ({ kind: 'transition', transition: { system: 'shop', check: 'home', from, to, at: monday } }) as const

test('what was put can be read, as a whole and as a stream, for its owner alone', async () => {
  await using at = await openArtifacts()
  const artifact = await at.store.put('console', 'console.txt', 'text/plain', Buffer.from('hello'))
  expect(artifact).toMatchObject({ kind: 'console', name: 'console.txt', contentType: 'text/plain', bytes: 5 })
  expect(artifact!.path).toMatch(/^2026-01-05\/[\w-]+-console\.txt$/)
  expect((await at.store.read(artifact!.path))?.toString()).toBe('hello')
  expect(await text((await at.store.open(artifact!.path))!)).toBe('hello')
  expect(statSync(join(at.folder, artifact!.path)).mode & 0o777).toBe(0o600)
  expect(at.store.stats()).toEqual({ bytes: 5, files: 1, budgetBytes: 1_000 })
})

test('two of one name at one moment are two, also after a restart', async () => {
  await using at = await openArtifacts()
  const [one, other] = await Promise.all([at.put('a.png'), at.put('a.png')])
  const again = await (await at.open()).put('screenshot', 'a.png', 'image/png', Buffer.from('x'))
  expect(new Set([one?.path, other?.path, again?.path]).size).toBe(3)
})

test('beyond the budget the oldest go, and a day that is empty goes along', async () => {
  await using at = await openArtifacts()
  const old = await at.put('old.png', 400)
  await at.clock.advance(24 * 60 * minute)
  const middle = await at.put('middle.png', 400)
  const young = await at.put('young.png', 400)
  expect(await at.store.read(old!.path)).toBeUndefined()
  expect(await at.store.read(middle!.path)).toHaveLength(400)
  expect(await at.store.read(young!.path)).toHaveLength(400)
  expect(at.store.stats()).toMatchObject({ bytes: 800, files: 2 })
  expect(readdirSync(at.folder)).toEqual(['2026-01-06'])
})

test('what was there at the start counts', async () => {
  await using at = await openArtifacts()
  const first = await at.put('first.png', 600)
  const again = await at.open()
  expect(again.stats()).toMatchObject({ bytes: 600, files: 1 })
  await again.put('screenshot', 'second.png', 'image/png', Buffer.alloc(600))
  expect(existsSync(join(at.folder, first!.path))).toBe(false)
})

test('first failure of a series, last pass and last change stay when others go', async () => {
  await using at = await openArtifacts({ budgetBytes: 600 })
  const shoot = async (verdict: 'passed' | 'failed', name: string) => {
    await at.clock.advance(1_000)
    const artifact = await at.put(name)
    at.store.follow({ kind: 'result', result: result(verdict, [artifact]) })
    return artifact!.path
  }
  await shoot('passed', 'older-pass.png')
  const pass = await shoot('passed', 'last-pass.png')
  const first = await shoot('failed', 'first-failure.png')
  const changed = await shoot('failed', 'second-failure.png')
  at.store.follow(transition('retrying', 'down'))
  for (let index = 0; index < 8; index++) await shoot('failed', `more-${index}.png`)
  const names = () => readdirSync(join(at.folder, '2026-01-05')).map(name => name.replace(/^.*?-.*?-/, ''))
  expect(names().toSorted()).toEqual(
    ['last-pass.png', 'first-failure.png', 'second-failure.png', 'more-5.png', 'more-6.png', 'more-7.png'].toSorted(),
  )
  for (const path of [pass, first, changed]) expect(await at.store.read(path)).toHaveLength(100)
  // After a restart as well.
  await at.store.settled()
  const again = await at.open()
  for (let index = 0; index < 5; index++) await again.put('screenshot', 'late.png', 'image/png', Buffer.alloc(100))
  for (const path of [pass, first, changed]) expect(await again.read(path)).toHaveLength(100)
})

test('what is pinned goes last, but it goes: the budget holds', async () => {
  await using at = await openArtifacts({ budgetBytes: 250 })
  const pinned = await at.put('pinned.png')
  at.store.follow({ kind: 'result', result: result('failed', [pinned]) })
  await at.put('large.png', 200)
  expect(await at.store.read(pinned!.path)).toBeUndefined()
  expect(at.store.stats().bytes).toBe(200)
})

test('a pass without evidence does not forget the evidence of the pass before', async () => {
  await using at = await openArtifacts({ budgetBytes: 400 })
  const kept = await at.put('passed.png')
  at.store.follow({ kind: 'result', result: result('passed', [kept]) })
  at.store.follow({ kind: 'result', result: result('passed', []) })
  for (const name of ['b', 'c', 'd', 'e', 'f']) {
    at.clock.step(minute)
    await at.put(name)
  }
  expect(await at.store.read(kept!.path)).toBeDefined()
})

test('our own trouble neither starts nor ends a series, and on-demand runs pin nothing', async () => {
  await using at = await openArtifacts({ budgetBytes: 300 })
  const first = await at.put('first.png')
  at.store.follow({ kind: 'result', result: result('failed', [first]) })
  at.store.follow({ kind: 'result', result: run({ verdict: 'unknown', reason: 'runner' }) })
  await at.clock.advance(1_000)
  const second = await at.put('second.png')
  at.store.follow({ kind: 'result', result: result('failed', [second]) })
  await at.clock.advance(1_000)
  const manual = await at.put('manual.png')
  at.store.follow({ kind: 'result', result: { ...result('passed', [manual]), trigger: 'manual' } })
  await at.clock.advance(1_000)
  await at.put('third.png')
  await at.put('fourth.png')
  const kept = await Promise.all(
    [first, second, manual].map(async item => (await at.store.read(item!.path)) !== undefined),
  )
  expect(kept).toEqual([true, false, false])
})

test('names never leave the folder', async () => {
  await using at = await openArtifacts()
  for (const name of ['../../etc/passwd', '/etc/passwd', '..', '.hidden', 'a/b\\c\0d.png', '', 'ü'.repeat(300)]) {
    const artifact = await at.put(name, 1)
    expect(artifact?.path).toMatch(/^2026-01-05\/[\w-]+-[\w][\w.-]*$/)
    expect(artifact!.path).not.toContain('..')
  }
  expect(readdirSync(at.outside)).toEqual(['artifacts'])
})

test('nothing outside the folder is read, by path or by link', async () => {
  await using at = await openArtifacts()
  writeFileSync(join(at.outside, 'secret.txt'), 'secret')
  await at.put('a.png')
  symlinkSync(join(at.outside, 'secret.txt'), join(at.folder, '2026-01-05', 'link.txt'))
  symlinkSync(at.outside, join(at.folder, 'way-out'))
  for (const path of [
    '../secret.txt',
    '2026-01-05/../../secret.txt',
    join(at.outside, 'secret.txt'),
    '2026-01-05/link.txt',
    'way-out/secret.txt',
    '2026-01-05',
    '.',
    '',
    'nothing.png',
    'a\0b',
  ]) {
    expect(await at.store.read(path), path).toBeUndefined()
    expect(await at.store.open(path), path).toBeUndefined()
  }
})

test('a link in the place of a day is not written through', async () => {
  await using at = await openArtifacts()
  mkdirSync(join(at.outside, 'elsewhere'))
  symlinkSync(join(at.outside, 'elsewhere'), join(at.folder, '2026-01-05'))
  expect(await at.put('a.png')).toBeUndefined()
  expect(readdirSync(join(at.outside, 'elsewhere'))).toEqual([])
  expect(at.warnings).toEqual([
    `the artifact a.png was not kept: expected ${join(at.folder, '2026-01-05')} to be a folder, found a link: remove it`,
  ])
})

test('a link is not counted and never deleted through', async () => {
  await using at = await openArtifacts({
    before(folder) {
      mkdirSync(join(folder, '2026-01-01'), { recursive: true })
      writeFileSync(join(folder, '..', 'big.bin'), Buffer.alloc(5_000))
      symlinkSync(join(folder, '..', 'big.bin'), join(folder, '2026-01-01', 'big.bin'))
    },
  })
  expect(at.store.stats().bytes).toBe(0)
  await at.put('a.png', 1_000)
  expect(statSync(join(at.outside, 'big.bin')).size).toBe(5_000)
})

test('one that is larger than the budget is not kept, and says so', async () => {
  await using at = await openArtifacts()
  const small = await at.put('small.png')
  expect(await at.put('huge.zip', 1_001)).toBeUndefined()
  expect(await at.store.read(small!.path)).toHaveLength(100)
  expect(at.warnings).toEqual([
    'the artifact huge.zip was not kept: expected at most 1000 bytes, found 1001: raise retention.artifacts to keep files of this size',
  ])
})

test('a folder that cannot be made is a warning, and so is every artifact', async () => {
  await using at = await openArtifacts({ before: folder => writeFileSync(folder, 'a file') })
  expect(await at.put('a.png')).toBeUndefined()
  expect(at.warnings).toHaveLength(2)
  expect(at.warnings[0]).toMatch(/^artifacts cannot be kept in .*artifacts: EEXIST/)
  expect(at.warnings[1]).toMatch(/^the artifact a\.png was not kept: /)
  expect(await at.store.read('a.png')).toBeUndefined()
})

test('damaged pins and files that somebody deleted are no trouble', async () => {
  await using at = await openArtifacts({
    budgetBytes: 150,
    before(folder) {
      mkdirSync(folder)
      writeFileSync(join(folder, '.pins.json'), '{"half')
    },
  })
  const first = await at.put('first.png')
  rmSync(join(at.folder, first!.path))
  expect(await at.put('second.png')).toBeDefined()
  at.store.follow({ kind: 'result', result: result('failed', [first]) })
  await at.store.settled()
  expect(JSON.parse(readFileSync(join(at.folder, '.pins.json'), 'utf8'))).toHaveLength(1)
  expect(at.warnings).toEqual([])
})
