import { expect, test } from '../test.ts'

test('alive, and ready only with the database', { tag: '@ASM-15' }, async ({ request, address }) => {
  for (const name of ['web', 'blue', 'green'] as const) {
    await test.step(name, async () => {
      const ask = (path: string) => request.get(`${address(name)}/health/${path}`)
      const live = await ask('live')
      expect(live.status(), 'code of live').toBe(200)
      expect(await live.json()).toMatchObject({ status: 'alive' })

      const [whole, ready] = [await ask('dependencies'), await ask('ready')]
      const { status, dependencies } = await whole.json()
      const told = JSON.stringify(dependencies)
      expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['database', 'payments', 'model']))
      const allUp = Object.values(dependencies).every(state => state === 'up')
      expect(status, `status while dependencies are ${told}`).toBe(allUp ? 'ok' : 'degraded')
      expect(whole.status(), `code while dependencies are ${told}`).toBe(allUp ? 200 : 503)
      expect(ready.status(), `code of ready while the database is ${dependencies.database}`).toBe(
        dependencies.database === 'up' ? 200 : 503,
      )
    })
  }
})
