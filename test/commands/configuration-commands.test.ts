import { expect, onTestFinished, test } from 'vitest'
import type { Command } from '../../runner/commands/command.ts'
import { command as list } from '../../runner/commands/list.ts'
import { command as validate } from '../../runner/commands/validate.ts'
import { capturedIo } from '../support/captured-io.ts'
import { tempFolder } from '../support/temp-folder.ts'

const configuration = (checks: string) => `import { check, defineConfig, defineSystem, http, limit } from 'vedette'
const requirements = [{ id: 'A-1', need: 'n', verify: 'probe', broken: 'b', source: 's' }]
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:9', requirements, checks: [${checks}] })] })
`
const two = `check('home', { probe: http('/'), every: '30s', covers: ['A-1'] }), check('night', { probe: http('/night'), cron: '0 3 * * *', smoke: false })`

async function run(command: Command, checks: string, ...argv: readonly string[]) {
  const folder = tempFolder({ 'vedette.config.ts': configuration(checks) })
  onTestFinished(() => folder[Symbol.dispose]())
  const io = capturedIo({ cwd: folder.path, env: {} })
  const code = await command.run(argv, io)
  return { code, out: io.stdout.replaceAll(folder.path, ''), error: io.stderr }
}

test('validate counts what is good', async () => {
  expect(await run(validate, two)).toEqual({
    code: 0,
    out: '/vedette.config.ts is good: 1 system, 2 probes, 0 journeys\nshop: 1 promise, 1 covered\n',
    error: '',
  })
})

test('list shows every check with its schedule, also what smoke leaves out', async () => {
  const { code, out } = await run(list, two)
  expect(code).toBe(0)
  expect(out).toBe(
    [
      'check       kind  schedule       timeout  covers  what',
      'shop/home   http  every 30s      5s       A-1     GET /',
      'shop/night  http  0 3 * * * UTC  10s              GET /night\n',
    ].join('\n'),
  )
})

test('list takes a selection, and says as JSON what programs read', async () => {
  const { out } = await run(list, two, 'A-1', '--json')
  expect(JSON.parse(out)).toMatchObject([{ check: 'shop/home', schedule: 'every 30s', covers: 'A-1' }])
})

test('a selection that fits nothing is a mistake with the nearest name', async () => {
  expect(await run(list, two, 'shop/hom')).toMatchObject({
    code: 2,
    error: expect.stringContaining("found 'shop/hom', which fits no check; did you mean 'shop/home'?"),
  })
})

test.each([
  ['--env', 'expected --env to have a value, found nothing (an unset variable?)'],
  ['--config', 'expected --config to have a value, found nothing (an unset variable?)'],
])('%s with an unset variable is a mistake', async (option, message) => {
  await expect(run(validate, two, option, '')).rejects.toThrow(message)
})
