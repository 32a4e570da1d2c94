import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfiguration } from '../../runner/config/load-configuration.ts'
import { packageFolder } from '../../runner/system/version.ts'

const { configuration } = await loadConfiguration({ cwd: packageFolder, env: {}, environment: 'local' })
const packs = configuration.systems.map(system => ({ id: system.id, system }))
const filesOf = (folder: string) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()

test('each folder of scenarios is a pack that is watched, or what packs share', () => {
  const folders = readdirSync(join(packageFolder, 'scenarios'), { withFileTypes: true }).filter(entry =>
    entry.isDirectory(),
  )
  expect(folders.map(({ name }) => name).toSorted()).toEqual([...packs.map(({ id }) => id), 'support'].toSorted())
})

test.each(packs)('$id has the shape of a pack', ({ system: { folder } }) => {
  for (const part of [
    ...['README.md', 'system.ts', 'requirements.ts', 'reference.ts', 'test.ts', 'pages.ts'],
    ...['journeys', 'security', 'janitor/leftovers.spec.ts'],
  ])
    expect(existsSync(join(folder, part)), part).toBe(true)
})

test.each(packs)('every spec of $id is in a folder that its system runs', ({ id, system: { folder, journeys } }) => {
  const dirs = journeys.map(({ dir }) => dir)
  const specs = filesOf(folder).filter(name => name.endsWith('.spec.ts'))
  // Only where there are such browsers.
  const known = (name: string) => dirs.some(dir => join(folder, name).startsWith(`${dir}/`)) || /^engines\//.test(name)
  expect(
    specs.filter(name => !known(name)),
    `of ${id}`,
  ).toEqual([])
})

// They are promises, which nobody misses: what they find would be told of another line, or of none.
const takesTime =
  'BeOK|BeVisible|BeHidden|BeEnabled|BeDisabled|BeChecked|BeFocused|BeEmpty|BeAttached|ContainText|HaveText|HaveCount|HaveURL|HaveTitle|HaveAttribute|HaveValue|HaveClass|Pass'

test('every expectation of a page or an answer is waited for', () => {
  const folder = join(packageFolder, 'scenarios')
  const inBrackets = String.raw`\((?:[^()]|\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\))*\)`
  const call = new RegExp(
    String.raw`(\w+|=>|[;{(]|^)\s*expect(?:\.soft)?${inBrackets}\s*\.(?:not\.)?to(?:${takesTime})\(`,
    'gm',
  )
  const found = filesOf(folder)
    .filter(name => name.endsWith('.ts'))
    .flatMap(name =>
      [...readFileSync(join(folder, name), 'utf8').matchAll(call)].map(([text, before]) => ({ name, text, before })),
    )
  expect(found.length).toBeGreaterThan(100)
  expect(found.filter(({ before }) => !['await', 'return', '=>'].includes(before!))).toEqual([])
})

test.each(packs)('the README of $id is half a page and names every variable that the pack reads', ({ system }) => {
  const readme = readFileSync(join(system.folder, 'README.md'), 'utf8')
  expect(readme.split('\n').length).toBeLessThan(50)
  const sources = filesOf(system.folder).filter(name => name.endsWith('.ts'))
  const read = sources.flatMap(name => [
    ...readFileSync(join(system.folder, name), 'utf8').matchAll(/\b(?:env\['|env: ')([A-Z\d_]+)'/g),
  ])
  const variables = new Set(read.map(([, name]) => name!))
  expect(variables.size).toBeGreaterThan(3)
  expect([...variables].filter(name => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([])
})
