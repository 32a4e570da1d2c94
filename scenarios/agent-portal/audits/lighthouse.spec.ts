import { test } from '../test.ts'

test.describe.configure({ timeout: 60_000 })

// The limit of the promise judges the figure that the fixture adds.
test('the login page is fast in the eyes of Lighthouse', { tag: '@AGT-10' }, async ({ lighthouse }) => {
  await lighthouse('/auth/login')
})
