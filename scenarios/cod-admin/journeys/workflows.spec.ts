import { workflowsPage } from '../pages.ts'
import { expect, test } from '../test.ts'

const working = ['update_order', 'assign_agent', 'add_tag', 'wait']

test('the workflow builder offers only what works', { tag: '@COD-50' }, async ({
  page,
  request,
  session,
  enter,
  cleanup,
  runId,
}) => {
  const { headers } = session

  await test.step('actions and notice', async () => {
    const workflows = workflowsPage(page)
    await enter(page)
    await workflows.open()
    await expect(workflows.actions).toHaveText(working)
    await expect(workflows.banner).toContainText(/more|additional|soon/i)
  })

  for (const action of ['send_sms', 'send_email', 'http_request']) {
    await test.step(`${action} cannot be saved`, async () => {
      const data = { name: `synthetic-${runId}`, actions: [{ type: action }] }
      const response = await request.post('/api/workflows', { headers, data })
      if (response.ok()) {
        const { id } = await response.json()
        cleanup(() => request.delete(`/api/workflows/${id}`, { headers }))
      }
      expect(response.status()).toBe(400)
    })
  }
})
