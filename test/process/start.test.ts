import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageFolder } from '../../runner/system/version.ts'
import { tempFolder } from '../support/temp-folder.ts'

const { start } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')).scripts as { start: string }

test('SIGTERM to `npm start` reaches the program: npm hands it to a shell, which must not stay in between', async () => {
  const program = `process.on('SIGTERM', () => { console.log('stopped'); process.exit(0) })
setTimeout(() => {}, 20_000)
console.log(process.ppid)`
  using folder = tempFolder({
    'package.json': JSON.stringify({ scripts: { start: start.replace('test/targets/demo.ts', 'program.js') } }),
    'program.js': program,
  })
  const npm = spawn('npm', ['start'], { cwd: folder.path, stdio: ['ignore', 'pipe', 'ignore'] })
  let out = ''
  npm.stdout.on('data', (text: Buffer) => {
    out += text.toString()
    if (/^\d+$/m.test(out)) npm.kill('SIGTERM')
  })
  await new Promise(resolve => npm.once('close', resolve))
  expect(out).toMatch(/^stopped$/m)
  expect(out).toMatch(new RegExp(`^${npm.pid}$`, 'm'))
})
