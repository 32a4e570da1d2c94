import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Command } from '../../runner/commands/command.ts'
import { openEvidence, readToken } from '../../runner/commands/data-folder.ts'
import { command as heartbeats } from '../../runner/commands/heartbeats.ts'
import { command as people } from '../../runner/commands/people.ts'
import { command as tokens } from '../../runner/commands/tokens.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = (server: string) => `import { defineConfig, defineSystem, heartbeat } from 'vedette'
export default defineConfig({
  server: ${server},
  systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', checks: [heartbeat('backup', { every: '24h' })] })],
})
`

function world(files: Readonly<Record<string, string>> = {}) {
  const folder = tempFolder({ 'vedette.config.ts': configuration('{}'), ...files })
  onTestFinished(() => folder[Symbol.dispose]())
  const call = async (command: Command, ...argv: readonly string[]) => {
    const io = capturedIo({ cwd: folder.path, env: {} })
    const code = await command.run(argv, io)
    return { code, out: io.stdout, error: io.stderr }
  }
  return { path: folder.path, io: capturedIo({ cwd: folder.path, env: {} }), call }
}

test.each<[string, Command, readonly string[], string]>([
  ['people list', people, ['list'], '`vedette watch` or `vedette people add`'],
  ['people remove', people, ['remove', 'Amira'], '`vedette watch` or `vedette people add`'],
  ['tokens list', tokens, ['list'], '`vedette watch` or `vedette tokens add`'],
  ['tokens remove', tokens, ['remove', 'ci'], '`vedette watch` or `vedette tokens add`'],
  ['heartbeats', heartbeats, [], '`vedette watch`'],
])('%s of a data folder that there is not says so, and makes none', async (_, command, argv, makes) => {
  const { path, call } = world()
  await expect(call(command, ...argv, '--data', 'vedete')).rejects.toThrow(
    `expected a data folder at ${join(path, 'vedete')}, found none; name that of the watch with --data (${makes} makes it)`,
  )
  expect(existsSync(join(path, 'vedete'))).toBe(false)
})

test('listing people and tokens of a folder that has none leaves it as it is', async () => {
  const { path, call } = world({ 'data/other': '' })
  expect((await call(people, 'list', '--data', 'data')).out).toMatch(/^nobody yet/)
  expect((await call(tokens, 'list', '--data', 'data', '--json')).out).toBe('[]\n')
  expect(readdirSync(join(path, 'data'))).toEqual(['other'])
})

test('before the first watch the default folder is made, and its key for the addresses', async () => {
  const { path, call } = world()
  expect((await call(heartbeats)).out).toContain('http://127.0.0.1:9464/heartbeat/')
  expect(readdirSync(join(path, '.vedette'))).toEqual(['heartbeat-key'])
})

test('where the watch listens at any free port, addresses are not known without its own', async () => {
  const { call } = world({ 'vedette.config.ts': configuration('{ port: 0 }') })
  const missing = 'name the running watch with --watch <url>, or set publicUrl in the configuration'
  const { code, out, error } = await call(heartbeats)
  expect(code).toBe(0)
  expect(out).toContain(`unknown: ${missing}`)
  expect(out).not.toContain('http://')
  expect(error).toBe(`expected an address that jobs reach, found server.port 0, any free port; ${missing}\n`)
  expect(Object.keys(JSON.parse((await call(heartbeats, '--json')).out)[0])).not.toContain('address')
})

test('a token that somebody wrote and that is too short is refused, and stays', () => {
  const { path, io } = world({ 'data/token': 'hunter2\n' })
  expect(() => readToken(join(path, 'data'), io)).toThrow(
    /expected .*token to hold 16 characters or more, found 7; write a longer one, or remove the file and a new one is made/,
  )
  expect(readFileSync(join(path, 'data/token'), 'utf8')).toBe('hunter2\n')
})

test('a token of which nothing was written is made again, and told', () => {
  const { path, io } = world({ 'data/token': '' })
  expect(readToken(join(path, 'data'), io)).toEqual({ value: expect.stringMatching(/^[\w-]{32}$/), fresh: true })
})

test('evidence that cannot have its folder is our own trouble, with the way out', () => {
  const { path } = world({ 'data/artifacts': '' })
  expect(() => openEvidence(join(path, 'data'))).toThrow(
    expect.objectContaining({
      name: 'RunnerFault',
      message: `expected a folder for screenshots and traces at ${join(path, 'data/artifacts')}, found: a file; move it away, or choose another data folder with --data`,
    }),
  )
})
