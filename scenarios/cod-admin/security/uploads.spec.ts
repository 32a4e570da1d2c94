import { figure } from '../../support/figures.ts'
import { requirements } from '../requirements.ts'
import { signIn } from '../shop.ts'
import { expect, test } from '../test.ts'

const png = Buffer.from('89504e470d0a1a0a', 'hex')
const mostBytes = figure(requirements, 'COD-34', { metric: 'file_bytes' })
const longestName = figure(requirements, 'COD-34', { metric: 'file_name_chars' })

test('only images are kept, under a name without a path', { tag: '@COD-34' }, async ({ request, runId, cleanup }) => {
  const mark = `synthetic-${runId}-`
  const { headers } = await signIn(request, 'monitor')
  const upload = async (name: string, mimeType: string, buffer = png) => {
    const response = await request.post('/api/uploads', { headers, multipart: { file: { name, mimeType, buffer } } })
    const body = response.ok() ? await response.json() : {}
    if (body.name) cleanup(() => request.delete(`/api/uploads/${encodeURIComponent(body.name)}`, { headers }))
    return { status: response.status(), name: String(body.name ?? '') }
  }
  const ending = (name: string, length: number) => `${mark}${'n'.repeat(length - name.length - mark.length)}${name}`

  await test.step('an image is kept', async () => {
    expect((await upload(ending('.png', longestName), 'image/png')).status).toBe(201)
  })
  await test.step('a path in the name does not survive', async () => {
    const { status, name } = await upload(`../../etc/${mark}photo.png`, 'image/png')
    if (status !== 400) expect(name).toMatch(/^[^/\\]+\.png$/)
    expect(name).not.toContain('..')
  })
  for (const [name, type] of [
    [`${mark}shell.php`, 'image/png'],
    [`${mark}photo.png.php`, 'image/png'],
    [`${mark}photo.png`, 'text/html'],
    [ending('.png', longestName + 1), 'image/png'],
  ] as const) {
    await test.step(`${name.replace(mark, '').slice(-20)} as ${type} is refused`, async () => {
      expect((await upload(name, type)).status).toBe(400)
    })
  }
  await test.step('a file that is too large is refused', async () => {
    expect((await upload(`${mark}large.png`, 'image/png', Buffer.alloc(mostBytes + 1))).status).toBe(400)
  })
})
