import { open } from '../../support/pages.ts'
import { watchRequests } from '../../support/settled.ts'
import { menuPaths } from '../pages.ts'
import { expect, test } from '../test.ts'

// Whether the certificate is good is another promise.
test.use({ ignoreHTTPSErrors: true })

test('the pages call the API at its public https address', { tag: '@AGT-60' }, async ({ page, enter, address }) => {
  const home = new URL(address('https')).origin
  const strange: string[] = []
  const look = (address: string) => {
    const { protocol, origin } = new URL(address)
    const isOwn = origin.replace(/^wss/, 'https') === home || ['data:', 'blob:'].includes(protocol)
    if (!isOwn) strange.push(address)
  }
  page.on('request', request => look(request.url()))
  page.on('websocket', socket => look(socket.url()))
  // What the page's own policy blocks never becomes a request.
  await page.exposeFunction('blocked', look)
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', event => {
      if (/^[a-z]+:\/\//.test(event.blockedURI))
        (globalThis as unknown as { blocked(uri: string): void }).blocked(event.blockedURI)
    })
  })
  const settled = watchRequests(page)
  await enter(page)
  await open(page, new URL('/dashboard', home).href)
  for (const path of ['/auth/login', ...(await menuPaths(page))]) {
    await test.step(path, async () => {
      await open(page, new URL(path, home).href)
      await settled()
      expect(strange, `addresses that ${path} calls beside ${home}`).toEqual([])
    })
  }
})
