import type { RequestListener } from 'node:http'
import { chooseBroken } from '../kit/broken.ts'
import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { httpsRedirect, plainDoor } from '../kit/https-redirect.ts'
import { listen } from '../kit/listen.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { problemForm } from '../kit/problem.ts'
import { closedHeaders, ownContentOnly } from '../kit/security-headers.ts'
import {
  extendTarget,
  openTarget,
  sizesOf,
  type Target,
  type TargetControl,
  type TargetOptions,
} from '../kit/target.ts'
import { breakable } from './faults.ts'
import { pageRoutes } from './pages.ts'
import { createPlatform, createStores, type PartName, type Platform, type Stores, spendCall } from './platform.ts'
import { assessmentRoutes } from './routes-assessments.ts'
import { authRoutes } from './routes-auth.ts'
import { paymentRoutes } from './routes-payments.ts'
import { systemRoutes } from './routes-system.ts'

type Colour = Platform['instance']

export interface AssessmentOptions extends Omit<TargetOptions, 'seed'> {
  /** What is other about the green instance. Default: nothing. */
  readonly green?: { readonly broken?: readonly string[]; readonly revision?: string }
}

/** `web`, `plain` and `https` lead to the live instance. */
type UrlName = 'web' | 'plain' | 'https' | 'blue' | 'green'

export interface AssessmentPlatform extends Target<UrlName, PartName> {
  readonly control: TargetControl<PartName> & {
    /** Traffic goes to this instance. Blue is live at the start. */
    live(instance: Colour): void
  }
}

/**
 * The assessment platform as its document describes it, in memory: two instances on one database. Seven ports: web, plain, https,
 * control, blue, green, payment provider.
 */
export async function createAssessment(options: AssessmentOptions = {}): Promise<AssessmentPlatform> {
  const parts: readonly PartName[] = ['database', 'payments', 'model']
  const prepared = prepareTarget(options, { breakable, parts, longCertificate: 'ASM-25' })
  const { broken, revision } = prepared
  const stores = createStores(prepared)
  const { broken: greenBroken = options.broken, revision: greenRevision } = options.green ?? {}
  const platforms: Readonly<Record<Colour, Platform>> = {
    blue: createPlatform(stores, { instance: 'blue', broken, revision }),
    green: createPlatform(stores, {
      instance: 'green',
      broken: chooseBroken(breakable, greenBroken),
      revision: greenRevision === undefined ? revision : { current: greenRevision },
    }),
  }
  let live: Colour = 'blue'
  const services = { blue: createInstance(platforms.blue), green: createInstance(platforms.green) }
  const toLive: RequestListener = (request, response) => services[live](request, response)
  const doors = { web: toLive, plain: plainDoor(toLive), https: toLive }
  const target = await openTarget({ ...prepared, facts: () => factsOf(stores, live), doors })
  const { urls, next } = target
  const [blue, green] = await Promise.all([listen(services.blue, next(0)), listen(services.green, next(1))])
  const provider = await stores.payments.openProvider(next(2), `${urls.web}/api/webhooks/payments`)

  return {
    ...extendTarget(target, { blue: blue.url, green: green.url }, blue, green, provider),
    control: {
      ...target.control,
      revision(next) {
        platforms[live].revision.current = next
      },
      live(instance) {
        live = instance
      },
    },
  }
}

const createInstance = (platform: Platform): RequestListener =>
  createService({
    routes: [systemRoutes, authRoutes, assessmentRoutes, paymentRoutes, pageRoutes].flatMap(make => make(platform)),
    refusal: problemForm,
    before: call => before(platform, call),
  })

/** The front end of partners runs beside our own addresses. */
const partner = 'https://partner.example'

/** What holds for every call: revision, headers, https, origins, limits, trouble of the day. */
async function before(platform: Platform, call: Call): Promise<Answer | undefined> {
  const { addresses, broken, parts, revision, instance } = platform
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    'x-instance': instance,
    // One of the two that are missing alone is worth less than what parts A from B.
    ...(broken('ASM-16') ? closedHeaders(undefined, false) : closedHeaders(ownContentOnly())),
  })
  const redirect = httpsRedirect(call, addresses['https'])
  if (redirect) return redirect
  await parts.delay()
  if (!call.url.pathname.startsWith('/api/')) return undefined
  const preflight = admitOrigin(call, {
    isListed: origin => [partner, ...Object.values(addresses)].includes(origin) || broken('ASM-29'),
    methods: 'GET, POST, DELETE',
    headers: 'Authorization, Content-Type',
  })
  if (preflight) return preflight
  spendCall(platform, call)
  if (parts.isDown('database')) throw new Refusal(503, { detail: 'the database does not answer' })
  return undefined
}

const factsOf = (stores: Stores, live: Colour) => ({
  ...sizesOf(stores),
  live,
  paid: stores.payments.list().filter(({ state }) => state === 'paid').length,
})
