import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { createAgentPortal } from '../targets/agent-portal/create-agent-portal.ts'
import { createAssessment } from '../targets/assessment/create-assessment.ts'
import { createCodAdmin } from '../targets/cod-admin/create-cod-admin.ts'
import { createDental } from '../targets/dental/create-dental.ts'
import type { Target, TargetOptions } from '../targets/kit/target.ts'
import { createTherapy } from '../targets/therapy/create-therapy.ts'

const root = join(import.meta.dirname, '../..')
const hour = 3_600_000

const open: Target<'web', never>[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map(target => target.close()))
})

/** A system of thirty hours ago, whose clock can be set. */
async function startThen(create: (options: TargetOptions) => Promise<Target<'web', never>>) {
  let now = Date.now() - 30 * hour
  const target = await create({ clock: () => now })
  open.push(target)
  const post = async (path: string, data: object) => {
    const response = await fetch(target.urls.web + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(data),
    })
    expect([response.status, await response.text()]).toEqual([201, expect.anything()])
  }
  const setClock = (moment: number) => {
    now = moment
  }
  return { target, post, setClock }
}

async function runJanitor(pack: string, { urls }: Target<'web', never>): Promise<void> {
  const env = { ...process.env, VEDETTE_URL_WEB: urls.web }
  const cli = join(root, 'node_modules/playwright/cli.js')
  const args = [cli, 'test', '-c', 'scenarios', `${pack}/janitor`, '--project', 'desktop']
  await promisify(execFile)(process.execPath, args, { cwd: root, env })
}

const person = (name: string) => ({ name, email: `${name}@example.com`, password: 'a-password-of-twenty' })
const order = (customer: string) => ({ customer, phone: '+62 555 0100', address: '1 Test Street', amount: 1 })

test.each([
  { pack: 'agent-portal', create: createAgentPortal, path: '/api/auth/register', data: person, kind: 'users' },
  { pack: 'assessment', create: createAssessment, path: '/api/auth/register', data: person, kind: 'accounts' },
  {
    pack: 'cod-admin',
    create: createCodAdmin,
    path: '/api/public/forms/cash-on-delivery/orders',
    data: order,
    kind: 'orders',
  },
  {
    pack: 'dental',
    create: createDental,
    path: '/api/bookings',
    data: (name: string, turn: number) => {
      const day = new Date(Date.now() + (30 + turn) * 24 * hour).toISOString().slice(0, 10)
      return { clinic: 'sul', service: 'limpeza', start: `${day}T09:00`, name, phone: '(11) 90000-0000' }
    },
    kind: 'appointments',
  },
  { pack: 'therapy', create: createTherapy, path: '/api/auth/register', data: person, kind: 'people' },
])('the janitor of $pack removes what is marked and older than a day, and nothing else', async item => {
  const { target, post, setClock } = await startThen(item.create)
  const atFirst = target.control.facts()[item.kind] as number
  await post(item.path, item.data('synthetic-of-a-run-that-was-killed', 1))
  await post(item.path, item.data('amina-diallo', 2))
  setClock(Date.now() - 20 * hour)
  await post(item.path, item.data('synthetic-of-today', 3))
  setClock(Date.now())
  await runJanitor(item.pack, target)
  expect(target.control.facts()[item.kind]).toBe(atFirst + 2)
})

test('what is old is found behind more than a page of what is new', async () => {
  const { target, post, setClock } = await startThen(createCodAdmin)
  const atFirst = target.control.facts()['orders'] as number
  const orders = '/api/public/forms/cash-on-delivery/orders'
  await post(orders, order('synthetic-of-a-run-that-was-killed'))
  setClock(Date.now())
  for (let turn = 1; turn <= 101; turn++) await post(orders, order(`synthetic-${turn}`))
  await runJanitor('cod-admin', target)
  expect(target.control.facts()['orders']).toBe(atFirst + 101)
})
