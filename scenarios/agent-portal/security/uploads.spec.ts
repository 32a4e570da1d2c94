import { figure } from '../../support/figures.ts'
import { expectOnlyPicturesKept } from '../../support/upload.ts'
import { requirements } from '../requirements.ts'
import { test } from '../test.ts'

test('only pictures are kept, and none that is too large', { tag: '@AGT-42' }, async ({ request, session, portal }) => {
  const { headers } = session
  await expectOnlyPicturesKept({
    mostBytes: figure(requirements, 'AGT-42'),
    mark: `${portal.mark}-`,
    upload: async file => {
      const response = await request.post('/api/upload/multiple', { headers, multipart: { file } })
      if (response.ok()) for (const { id } of (await response.json()).items) portal.removeLater(`/api/upload/${id}`)
      return response
    },
  })
})
