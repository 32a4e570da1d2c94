import { expect, test } from '../test.ts'

test('the calls of the tasks exist', { tag: '@AGT-34' }, async ({ portal }) => {
  const { id } = await portal.create('/api/tasks', { title: portal.mark })
  portal.removeLater(`/api/tasks/${id}`)
  for (const [method, path, data] of [
    ['GET', `/api/tasks?status=open&search=${portal.mark}`, undefined],
    ['PUT', `/api/tasks/${id}`, { title: `${portal.mark} changed` }],
    ['PATCH', `/api/tasks/${id}/status`, { status: 'in progress' }],
    ['POST', '/api/tasks/assign', { taskId: id, assignee: 'me' }],
    ['PUT', '/api/tasks/bulk-update', { ids: [id], status: 'done' }],
    ['DELETE', `/api/tasks/${id}`, undefined],
  ] as const) {
    await test.step(`${method} ${path}`, async () => {
      await expect(await portal.send(method, path, data), `${method} ${path}`).toBeOK()
    })
  }
})
