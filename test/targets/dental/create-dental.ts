import { setTimeout } from 'node:timers/promises'
import { createBalancer } from '../kit/balancer.ts'
import { type Answer, type Call, createService } from '../kit/http.ts'
import { httpsRedirect } from '../kit/https-redirect.ts'
import { listen } from '../kit/listen.ts'
import { extendTarget, openTarget, type Target, type TargetOptions } from '../kit/target.ts'
import { patientPages } from './pages-patient.ts'
import { staffPages } from './pages-staff.ts'
import { authRoutes } from './routes-auth.ts'
import { practiceRoutes } from './routes-practice.ts'
import { systemRoutes } from './routes-system.ts'
import { admit, createTopSmile, type PartName, type TopSmile } from './topsmile.ts'

type UrlName = 'web' | 'plain' | 'https' | 'instance1' | 'instance2' | 'instance3'

export type Dental = Target<UrlName, PartName>

/** TopSmile as its document describes it, in memory: three instances on one database, behind a balancer. Seven ports. */
export async function createDental(options: TargetOptions = {}): Promise<Dental> {
  const topSmile = createTopSmile(options)
  const { at, broken } = topSmile
  const routes = [systemRoutes, authRoutes, practiceRoutes, staffPages, patientPages].flatMap(make => make(topSmile))
  const compressFrom = broken('DNT-27') ? Number.POSITIVE_INFINITY : 1_024
  const instance = (number: number) =>
    createService({ routes, compressFrom, before: call => before(topSmile, `topsmile-${number}`, call) })
  const instances = await Promise.all([1, 2, 3].map(number => listen(instance(number), at(3 + number))))
  const [instance1 = '', instance2 = '', instance3 = ''] = instances.map(({ url }) => url)
  const balancer = createBalancer([instance1, instance2, instance3])
  // `web` stands behind a proxy that speaks TLS: it is asked over plain HTTP, and believes the proxy about the user.
  const doors = { web: balancer.listener('https'), plain: balancer.listener('http'), https: balancer.listener('https') }
  const target = await openTarget({ ...topSmile, facts: () => factsOf(topSmile), doors })
  return extendTarget(target, { instance1, instance2, instance3 }, balancer, ...instances)
}

/** What holds for every call at every instance: headers, https, trouble of the day, origins, windows, CSRF. */
async function before(topSmile: TopSmile, instance: string, call: Call): Promise<Answer | undefined> {
  const { broken, count, parts, revision } = topSmile
  const { pathname } = call.url
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    'x-instance': instance,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
  })
  if (broken('DNT-32') && instance === 'topsmile-2') return { status: 503, json: { error: 'Indisponível' } }
  const redirect = broken('DNT-25') ? undefined : httpsRedirect(call)
  if (redirect) return redirect
  await parts.delay()
  if (!pathname.startsWith('/api/')) return undefined
  if (parts.isDown('mongodb') || parts.isDown('redis')) return { status: 503, json: { error: 'Indisponível' } }
  count.calls++
  // The delay is what is broken. One call in eight is slow: the average still looks well.
  if (broken('DNT-01') && count.calls % 8 === 0) await setTimeout(400)
  const origin = call.header('origin')
  if (broken('DNT-28') && origin !== '') {
    Object.assign(call.answerHeaders, {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
    })
  }
  if (pathname !== '/api/auth/login') admit(topSmile, call)
  // Nobody but our own pages calls the API from a browser, so no other origin is told that it may.
  return call.method === 'OPTIONS'
    ? { status: 204, headers: { 'access-control-allow-methods': 'GET, POST, DELETE' } }
    : undefined
}

const factsOf = ({ accounts, count, practice, sessions }: TopSmile) => ({
  appointments: practice.appointments.size,
  patients: practice.patients.size,
  users: accounts.size,
  sessions: sessions.size,
  calls: count.calls,
})
