import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createCodAdmin } from '../targets/cod-admin/create-cod-admin.ts'

const root = join(import.meta.dirname, '../..')
const hour = 3_600_000

test('the janitor removes what is marked and older than a day, and nothing else', async () => {
  let now = Date.now() - 30 * hour
  const shop = await createCodAdmin({ clock: () => now })
  try {
    const order = async (customer: string) => {
      const response = await fetch(`${shop.urls.web}/api/public/forms/cash-on-delivery/orders`, {
        method: 'POST',
        body: JSON.stringify({ customer, phone: '+62 555 0100', address: '1 Test Street', amount: 1 }),
      })
      expect(response.status).toBe(201)
    }
    const ordersAtFirst = shop.control.facts()['orders'] as number
    await order('synthetic-of-a-run-that-was-killed')
    await order('Amina Diallo')
    now += 10 * hour
    await order('synthetic-of-today')
    now = Date.now()

    const env = { ...process.env, VEDETTE_URL_WEB: shop.urls.web }
    const cli = join(root, 'node_modules/playwright/cli.js')
    const args = [cli, 'test', '-c', 'scenarios', 'cod-admin/janitor', '--project', 'desktop']
    await promisify(execFile)(process.execPath, args, { cwd: root, env })
    expect(shop.control.facts()['orders']).toBe(ordersAtFirst + 2)
  } finally {
    await shop.close()
  }
})
