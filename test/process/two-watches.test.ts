/** Two Vedettes that watch each other: the dead man's switch of each is a heartbeat of the other. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { command as heartbeats } from '../../runner/commands/heartbeats.ts'
import { capturedIo } from '../support/captured-io.ts'
import { createReceiver } from '../support/receiver.ts'
import { tempFolder } from '../support/temp-folder.ts'
import { startWatch } from '../support/watch-process.ts'

const configuration = (
  receiver: string,
  other?: string,
) => `import { defineConfig, defineSystem, heartbeat, webhook } from 'vedette'
export default defineConfig({
  systems: [defineSystem('watches', { checks: [heartbeat('other', { every: '10s', grace: '5s', severity: 'p0' })] })],
  notifiers: [webhook({ url: '${receiver}', secret: 'whsec_bm90IGEgcmVhbCBzZWNyZXQgYXQgYWxsIQ==' })],
  ${other === undefined ? '' : `alarms: { deadMansSwitch: { url: '${other}', every: '5s' } },`}
})
`

async function start(receiver: string) {
  const folder = tempFolder({ 'vedette.config.ts': configuration(receiver) })
  onTestFinished(() => folder[Symbol.dispose]())
  const watch = startWatch(folder.path)
  const page = (await watch.says(/Vedette: (http:\S+) /))[1]!
  const io = capturedIo({ cwd: folder.path, env: {} })
  await heartbeats.run(['--json', '--data', 'data', '--watch', page], io)
  const [{ address }] = JSON.parse(io.stdout) as [{ address: string }]
  return {
    ...watch,
    address,
    lookAfter: (other: string) => writeFileSync(join(folder.path, 'vedette.config.ts'), configuration(receiver, other)),
  }
}

test('each hears the other, and the end of one is told by the one that is left, as is its return', async () => {
  const receiver = await createReceiver()
  onTestFinished(() => receiver[Symbol.asyncDispose]())
  const [one, two] = await Promise.all([start(receiver.url), start(receiver.url)])
  one.lookAfter(two.address)
  two.lookAfter(one.address)
  await Promise.all([one.says(/"verdict":"passed"/), two.says(/"verdict":"passed"/)])
  expect(receiver.requests).toEqual([])

  two.child.kill('SIGKILL')
  await receiver.received(1)
  expect(JSON.parse(receiver.requests[0]!.body)).toMatchObject({
    type: 'incident.opened',
    data: { subject: expect.stringContaining('other') },
  })

  // Whoever comes back in the place of the one that died calls the same address.
  const three = await start(receiver.url)
  three.lookAfter(one.address)
  one.lookAfter(three.address)
  await receiver.received(2)
  expect(JSON.parse(receiver.requests[1]!.body)).toMatchObject({ type: 'incident.resolved' })
}, 120_000)
