import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { command } from '../../runner/commands/drill.ts'
import { capturedIo } from '../support/captured-io.ts'
import { createReceiver } from '../support/receiver.ts'
import { tempFolder } from '../support/temp-folder.ts'

const delivered = { id: 'd1', channel: 'chat', state: 'delivered', tries: 1, delay: 320 }
const waiting = { id: 'd2', channel: 'mail', state: 'waiting', tries: 4, trouble: 'found 503' }

async function scene(answer: object | string, status = 200) {
  const body = typeof answer === 'string' ? answer : JSON.stringify(answer)
  const receiver = await createReceiver({ status, body })
  onTestFinished(() => receiver[Symbol.asyncDispose]())
  const folder = tempFolder({ '.vedette/token': 'a-token-in-the-folder\n' })
  onTestFinished(() => folder[Symbol.dispose]())
  const io = capturedIo({ cwd: folder.path, env: {} })
  return {
    io,
    receiver,
    folder,
    drill: (...argv: readonly string[]) => command.run(['--url', receiver.url, ...argv], io),
  }
}

test('shows what became of it at each channel, and ends with 0 when all have it', async () => {
  const { io, receiver, drill } = await scene({ deliveries: [delivered] })
  expect(await drill('--check', 'shop/home', '--channel', 'chat', '--timeout', '5s')).toBe(0)
  expect(io.stdout).toBe(['channel  result     after  tries  why', 'chat     delivered  320ms  1', ''].join('\n'))
  expect(receiver.requests).toMatchObject([{ method: 'POST', path: '/api/v1/drill' }])
  expect(receiver.requests[0]!.headers.authorization).toBe('Bearer a-token-in-the-folder')
  expect(JSON.parse(receiver.requests[0]!.body)).toEqual({ check: 'shop/home', channel: 'chat', timeout: 5_000 })
})

test.each([
  ['one of them does not have it', [delivered, waiting]],
  ['there is none', []],
])('ends with 1 when %s', async (_name, deliveries) => {
  expect(await (await scene({ deliveries })).drill()).toBe(1)
})

test('says why a channel does not have it, and everything as JSON', async () => {
  const { io, drill } = await scene({ deliveries: [waiting] })
  await drill()
  expect(io.stdout).toContain('mail     not delivered  -      4      found 503')
  const json = await scene({ deliveries: [waiting] })
  await json.drill('--json')
  expect(JSON.parse(json.io.stdout)).toEqual({ deliveries: [waiting] })
})

test('something else at the address is no watch that does not answer', async () => {
  const { io, drill } = await scene('<h1>Welcome</h1>')
  expect(await drill()).toBe(3)
  expect(io.stderr).toMatch(/found something else, which answers 200 without JSON; name its address with --url\n$/)
  await expect(drill('--url', 'ftp://127.0.0.1')).rejects.toThrow(/expected --url to be an address such as http:/)
})

test('takes the token that is given, before the one of the environment and the one of the folder', async () => {
  const { receiver, folder } = await scene({ deliveries: [delivered] })
  const io = capturedIo({ cwd: folder.path, env: { VEDETTE_TOKEN: 'of the environment' } })
  await command.run(['--url', receiver.url], io)
  await command.run(['--url', receiver.url, '--token', 'given'], io)
  expect(receiver.requests.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer of the environment',
    'Bearer given',
  ])
})

test('a mistake that the watch finds is 2, with its sentence', async () => {
  const { io, drill } = await scene({ detail: "expected a notifier (chat), found 'chta'" }, 404)
  expect(await drill('--channel', 'chta')).toBe(2)
  expect(io.stderr).toBe("vedette drill: expected a notifier (chat), found 'chta'\n")
})

test('trouble of the watch is 3', async () => {
  expect(await (await scene({ detail: 'Vedette could not answer' }, 500)).drill()).toBe(3)
})

test('a watch that does not answer is 3, and told', async () => {
  const { io, receiver, folder } = await scene({})
  receiver.behave('reset')
  expect(await command.run(['--url', receiver.url, '--data', join(folder.path, '.vedette')], io)).toBe(3)
  expect(io.stderr).toContain('expected `vedette watch` to answer at http://127.0.0.1:')
})

test.each([
  [['--timeout', '1h'], /expected --timeout from 1s to 10m, found '1h'/],
  [['--check', ''], /expected --check to have a value/],
  [['--url', 'nowhere'], /expected --url to be an address such as http:\/\/127\.0\.0\.1:9464, found 'nowhere'/],
  [['--data', '/nowhere'], /expected a token in --token, VEDETTE_TOKEN or \/nowhere\/token, found none/],
])('%j is refused', async (argv, message) => {
  const { drill } = await scene({})
  await expect(drill(...argv)).rejects.toThrow(message)
})
