import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serve } from './support.ts'

const root = join(import.meta.dirname, '../..')

test.each(['style.css', 'live.js', 'chart.js', 'uplot.js', 'uplot.css'])('/assets/%s is served', async name => {
  await using server = await serve()
  const response = await fetch(`${server.url}/assets/${name}`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(name.endsWith('.css') ? 'text/css' : 'javascript')
  expect(await response.text()).not.toBe('')
})

test.each(['/assets/nothing.js', '/assets/..%2fpackage.json', '/trace/..%2f..%2fpackage.json'])(
  '%s is not',
  async path => {
    await using server = await serve()
    expect([403, 404]).toContain((await fetch(server.url + path)).status)
  },
)

// Islands are served as they are written: plain JavaScript whose types stand in its comments.
test('the islands keep their types', () => {
  const options = '--noEmit --ignoreConfig --allowJs --checkJs --strict --noUncheckedIndexedAccess --target es2024'
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/typescript/bin/tsc'),
      ...`${options} --lib es2024,dom,dom.iterable,esnext.iterator --module esnext --moduleResolution bundler`.split(
        ' ',
      ),
      '--types',
      '',
      ...['live.js', 'chart.js'].map(name => join(root, 'dashboards/web/islands', name)),
    ],
    { encoding: 'utf8' },
  )
  expect([status, stdout]).toEqual([0, ''])
})
