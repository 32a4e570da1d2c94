import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
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

test('SIGTERM to npx ends what it has started, though the shell in between hands nothing on', async () => {
  using folder = tempFolder({
    'package.json': '{}',
    'vedette.config.ts': `import { check, defineConfig, defineSystem, tcp } from 'vedette'
const checks = [check('home', { probe: tcp({ host: '127.0.0.1', port: 1 }) })]
export default defineConfig({ systems: [defineSystem('shop', { url: 'http://127.0.0.1:1', checks })] })`,
  })
  mkdirSync(join(folder.path, 'node_modules/.bin'), { recursive: true })
  symlinkSync(join(packageFolder, 'bin/vedette.js'), join(folder.path, 'node_modules/.bin/vedette'))
  const command = 'vedette watch --port 0 --log-level silent'
  const npx = spawn('npx', ['--no-install', ...command.split(' ')], {
    cwd: folder.path,
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: true,
  })
  onTestFinished(() => {
    try {
      process.kill(-npx.pid!, 'SIGKILL')
    } catch {
      // All of it has ended.
    }
  })
  let out = ''
  npx.stdout.on('data', (text: Buffer) => {
    out += text.toString()
    if (text.toString().startsWith('Vedette: http')) npx.kill('SIGTERM')
  })
  // The pipe is closed by the last that holds it.
  await new Promise(resolve => npx.stdout.once('close', resolve))
  expect(out).toMatch(/^stopping: /m)
})
