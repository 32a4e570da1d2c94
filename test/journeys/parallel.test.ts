import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { fixtures, last, openTestJourneys, runAll, sourceAt } from './support.ts'

/** Answers a visitor only while there is a second one. */
async function meetingPoint(): Promise<string> {
  const waiting = new Set<ServerResponse>()
  const server = createServer((_, response) => {
    waiting.add(response)
    response.once('close', () => waiting.delete(response))
    if (waiting.size === 2) for (const one of waiting) one.end()
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

let opened: ReturnType<typeof openTestJourneys>
beforeAll(() => {
  opened = openTestJourneys()
})
afterAll(() => opened[Symbol.asyncDispose]())

test.each([
  [true, true],
  [false, false],
])('journeys of a source with parallel: %s meet each other: %s', async (parallel, meet) => {
  const source = sourceAt(join(fixtures, 'parallel'), { parallel, retry: { attempts: 0, delay: 0 } })
  const outcomes = await runAll(opened, source, { urls: { web: await meetingPoint() } })
  for (const id of ['a/meets-the-other', 'b/meets-the-other']) expect(last(outcomes, id).ok).toBe(meet)
})
