/** The own network really breaks, in real time: a whole `vedette watch` behind a cable that is pulled, and behind name servers that are silent. */

import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tempFolder } from '../support/temp-folder.ts'
import { startWatch } from '../support/watch-process.ts'
import { createLink, nameServer, shop } from './link.ts'

const configuration = (
  url: string,
  references = '',
) => `import { check, defineConfig, defineSystem, http } from 'vedette'
const one = name => check(name, { probe: http('/'), every: '1s', timeout: '800ms', retry: { attempts: 0 } })
export default defineConfig({
  systems: [defineSystem('shop', { url: '${url}', checks: [one('home'), one('cart'), one('pay')] })],
  ${references}
})
`

/** Neither at the beginning of it nor around its end, which falls into the middle of runs. */
function nobodyIsBlamed(output: string): void {
  expect(output).not.toMatch(/"verdict":"failed"|incident opened|"to":"down"/)
}

test('the cable is pulled: every run is unknown until it is back, and no target is blamed', async context => {
  const link = await createLink()
  if ('missing' in link) return context.skip(link.missing)
  const folder = tempFolder({ 'vedette.config.ts': configuration(`http://${shop}`) })
  onTestFinished(() => folder[Symbol.dispose]())
  const { child, says, ended, output } = startWatch(folder.path, [], link.here)
  for (let run = 0; run < 6; run += 1) await says(/"verdict":"passed"/)
  link.far('link', 'set', 'cable', 'down')
  await says(
    /"sign":"link","msg":"own trouble \(link\): failing runs are unknown and blame nobody: [^"]*cable without a carrier/,
  )
  for (let run = 0; run < 9; run += 1) await says(/"verdict":"unknown".*own trouble \(link\)/)
  link.far('link', 'set', 'cable', 'up')
  await says(/own trouble \(link\) is over after/)
  for (let run = 0; run < 6; run += 1) await says(/"verdict":"passed"/)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  nobodyIsBlamed(output())
})

test('the far end of the link is dead though the kernel sees none of it: references tell', async context => {
  const link = await createLink()
  if ('missing' in link) return context.skip(link.missing)
  const references = `guard: { references: ['tcp://${shop}:80', 'tcp://${nameServer}:80'] },`
  const folder = tempFolder({ 'vedette.config.ts': configuration(`http://${shop}`, references) })
  onTestFinished(() => folder[Symbol.dispose]())
  const { child, says, ended, output } = startWatch(folder.path, [], link.here)
  for (let run = 0; run < 6; run += 1) await says(/"verdict":"passed"/)
  for (const address of [shop, nameServer]) link.far('addr', 'del', `${address}/32`, 'dev', 'lo')
  for (let run = 0; run < 6; run += 1)
    await says(/"verdict":"unknown".*own trouble \(link\): expected a connection to a reference/)
  for (const address of [shop, nameServer]) link.far('addr', 'add', `${address}/32`, 'dev', 'lo')
  await says(/own trouble \(link\) is over after/)
  for (let run = 0; run < 6; run += 1) await says(/"verdict":"passed"/)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  nobodyIsBlamed(output())
})

test('name servers are silent: every run is unknown until they answer again', async context => {
  const link = await createLink()
  if ('missing' in link) return context.skip(link.missing)
  const folder = tempFolder({
    'vedette.config.ts': configuration('http://shop.test'),
    'resolv.conf': `nameserver ${nameServer}\noptions timeout:1 attempts:1\n`,
  })
  onTestFinished(() => folder[Symbol.dispose]())
  link.resolveBy(join(folder.path, 'resolv.conf'))
  const { child, says, ended, output } = startWatch(folder.path, [], link.here)
  for (let run = 0; run < 6; run += 1) await says(/"verdict":"passed"/)
  link.far('addr', 'del', `${nameServer}/32`, 'dev', 'lo')
  for (let run = 0; run < 9; run += 1) await says(/"verdict":"unknown".*own trouble \(resolver\)/)
  link.far('addr', 'add', `${nameServer}/32`, 'dev', 'lo')
  for (let run = 0; run < 6; run += 1) await says(/"verdict":"passed"/)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  nobodyIsBlamed(output())
})
