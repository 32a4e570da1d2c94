import { spawnSync } from 'node:child_process'
import { chmodSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { command } from '../../runner/commands/smoke.ts'
import { packageFolder } from '../../runner/system/version.ts'
import { tempFolder } from '../support/temp-folder.ts'

const recipes = join(packageFolder, '.github/examples')

test.each(readdirSync(recipes))('%s uses options that exist', name => {
  const text = readFileSync(join(recipes, name), 'utf8')
  const call = /npx vedette smoke[\s\S]*?\n(?=code=|\s+env:)/.exec(text)![0]
  const options = [...call.matchAll(/--[a-z-]+/g)].map(([option]) => option)
  expect(options.length).toBeGreaterThan(4)
  for (const option of options) expect(command.usage).toContain(`  ${option}`)
})

const configuration = `import { check, defineConfig, defineSystem } from 'vedette'
const probe = { kind: 'test', summary: 'test', observe: async () => ({ ok: false, reason: 'status', detail: 'expected 200, found 500' }) } as const
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', checks: [check('home', { probe, retry: { attempts: 0 } })] })] })
`

test.each([
  ['soon', 2, /set up wrongly/],
  ['10ms', 4, /Another revision is live/],
])('the shell recipe ends with the exit code of the gate (--wait %s)', (wait, code, says) => {
  using folder = tempFolder({
    'vedette.config.ts': configuration,
    npx: `#!/bin/sh\nshift\nexec '${process.execPath}' '${join(packageFolder, 'bin/vedette.js')}' "$@"\n`,
  })
  chmodSync(join(folder.path, 'npx'), 0o755)
  const ended = spawnSync('sh', [join(recipes, 'vedette-smoke.sh')], {
    cwd: folder.path,
    encoding: 'utf8',
    env: {
      PATH: `${folder.path}:${process.env['PATH']}`,
      ENVIRONMENT: 'staging',
      REVISION: 'abc',
      WAIT: wait,
      ROLLBACK: 'true',
    },
  })
  expect(ended.status).toBe(code)
  expect(ended.stdout).toMatch(says)
})
