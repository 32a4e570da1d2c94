import { Resolver } from 'node:dns/promises'
import { signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

test('the edge upgrades /socket.io to a WebSocket', { tag: '@COD-57' }, async ({ request, address }) => {
  const { tokens } = await signIn(request, 'monitor')
  const url = `${address('edge').replace(/^http/, 'ws')}/socket.io?token=${tokens.accessToken}`
  const socket = new WebSocket(url)
  const opened = await new Promise<boolean>(resolve => {
    socket.onopen = () => resolve(true)
    socket.onerror = () => resolve(false)
  })
  socket.close()
  expect(opened, `upgrade of ${url.replace(tokens.accessToken, '…')}`).toBe(true)
})

test('the domain leads to the server, bare and with www', { tag: '@COD-58' }, async ({ address }) => {
  const domain = process.env['COD_ADMIN_DOMAIN'] ?? 'shop.example'
  const server = process.env['COD_ADMIN_SERVER'] ?? new URL(address('web')).hostname
  const resolver = new Resolver({ timeout: 2_000, tries: 2 })
  resolver.setServers([new URL(address('names')).host])
  for (const name of [domain, `www.${domain}`]) {
    const found = await resolver.resolve4(name).catch((error: Error) => [error.message])
    expect(found, `addresses of ${name}`).toContain(server)
  }
})
