/** What a member of the shop's staff does under load. */

import { check } from 'k6'
import exec from 'k6/execution'
import { createUser, pause, type User } from './client.ts'

// k6 gives each virtual user an instance of this module of its own, so this is the user's memory, not a shared one.
let user: User | undefined

/** Looks at the orders once, then waits a second, or longer where the account's rate limit asks for it. */
export function browseOrders(): void {
  user ??= createUser((__ENV['BASE_URL'] ?? 'http://127.0.0.1:7105').replace(/\/$/, ''), {
    path: '/api/auth/login',
    email: (__ENV['LOAD_EMAIL'] ?? 'load-{user}@example.com').replace('{user}', String(exec.vu.idInTest)),
    password: __ENV['LOAD_PASSWORD'] ?? 'password123',
    token: 'tokens.accessToken',
  })
  const orders = user.get('/api/orders', '/api/orders')
  if (orders !== undefined) check(orders, { 'orders fetched': answer => answer.status === 200 })
  pause(1, orders)
}
