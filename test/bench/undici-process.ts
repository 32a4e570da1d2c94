/** Bare undici, for the bench of probes: `{ url, rate, seconds }` in, how many answers were good out. A new connection each. */

import { Agent, request } from 'undici'

const dispatcher = new Agent({ connect: { rejectUnauthorized: false } })

process.on('message', async (order: { url: string; rate: number; seconds: number } | 'stop') => {
  if (order === 'stop') process.exit(0)
  const answers: Promise<boolean>[] = []
  const start = performance.now()
  for (let index = 0; index < order.rate * order.seconds; index += 1) {
    const wait = start + (index * 1_000) / order.rate - performance.now()
    if (wait > 1) await new Promise(resolve => setTimeout(resolve, wait))
    answers.push(ask(order.url))
  }
  process.send!((await Promise.all(answers)).filter(Boolean).length)
})
process.send!('ready')

async function ask(url: string): Promise<boolean> {
  // The target closes each connection, so none is used twice.
  const { statusCode, body } = await request(url, { dispatcher })
  await body.dump()
  return statusCode === 200
}
