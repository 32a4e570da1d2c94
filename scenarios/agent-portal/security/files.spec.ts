import { picture } from '../../support/upload.ts'
import { signIn } from '../portal.ts'
import { expect, test } from '../test.ts'

test('a stored file is its owner’s alone', { tag: '@AGT-50' }, async ({ request, session, portal }) => {
  const { headers } = session
  const file = { name: `${portal.mark}.png`, mimeType: 'image/png', buffer: picture() }
  const kept = await request.post('/api/upload/multiple', { headers, multipart: { file } })
  await expect(kept).toBeOK()
  const [{ id, url }] = (await kept.json()).items
  portal.removeLater(`/api/upload/${id}`)
  const stranger = await signIn(request, 'stranger')

  expect((await request.get(url, { headers })).status(), 'status for the owner').toBe(200)
  expect((await request.get(url)).status(), 'status for an anonymous visitor').toBe(401)
  const other = await request.get(url, { headers: stranger.headers })
  expect([403, 404], 'status for another agent').toContain(other.status())
})
