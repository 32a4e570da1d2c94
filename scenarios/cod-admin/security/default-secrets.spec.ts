import { expect, test } from '../test.ts'

// The account of the document's examples, and the administrator that the seed makes.
for (const email of ['test@example.com', 'admin@example.com']) {
  test(`${email} does not sign in with the first password`, { tag: '@COD-41' }, async ({ request }) => {
    const response = await request.post('/api/auth/login', { data: { email, password: 'password123' } })
    expect(response.status(), `status of a sign-in of ${email}`).toBe(401)
  })
}
