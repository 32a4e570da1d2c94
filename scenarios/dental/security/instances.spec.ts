import { expect, test } from '../test.ts'

const names = ['instance1', 'instance2', 'instance3'] as const

test('every instance is up, and the balancer uses all of them', { tag: '@DNT-32' }, async ({ request, address }) => {
  const up = new Set<string>()
  for (const name of names) {
    await test.step(name, async () => {
      const response = await request.get(`${address(name)}/health`)
      expect.soft(response.status(), `status of ${name}`).toBe(200)
      up.add(response.headers()['x-instance'] ?? `no x-instance from ${name}`)
    })
  }
  expect.soft(up.size, `different instances among ${[...up].join(', ')}`).toBe(names.length)

  await test.step('through the balancer', async () => {
    const used = new Set<string>()
    for (let turn = 0; turn < 30 && used.size < names.length; turn++) {
      const response = await request.get('/health/live')
      await expect(response, 'health through the balancer').toBeOK()
      used.add(response.headers()['x-instance'] ?? 'no x-instance')
    }
    expect([...used].toSorted(), 'instances that answered').toEqual([...up].toSorted())
  })
})
