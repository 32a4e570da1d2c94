import type { RequestListener } from 'node:http'
import { chooseBroken } from '../kit/broken.ts'
import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { httpsRedirect } from '../kit/https-redirect.ts'
import { listen } from '../kit/listen.ts'
import { listenPaymentProvider } from '../kit/payment-provider.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { problemForm } from '../kit/problem.ts'
import { closedHeaders, ownContentOnly } from '../kit/security-headers.ts'
import { openTarget, type Target, type TargetControl, type TargetOptions } from '../kit/target.ts'
import { breakable } from './faults.ts'
import { pageRoutes } from './pages.ts'
import {
  createPlatform,
  createStores,
  type PartName,
  type Platform,
  providerKey,
  type Stores,
  spendCall,
  webhookSecret,
} from './platform.ts'
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

/** Where calls come in, known when all listen. */
interface Doors {
  /** Whose pages may read answers: the front end of partners runs beside our own addresses. */
  readonly origins: string[]
  /** Where TLS is spoken. */
  securePort: string
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
  const doors: Doors = { origins: ['https://partner.example'], securePort: '' }
  const servicesOf = (isPlain: boolean): Readonly<Record<Colour, RequestListener>> => ({
    blue: createInstance(platforms.blue, isPlain, doors),
    green: createInstance(platforms.green, isPlain, doors),
  })
  const toLive = (services: Readonly<Record<Colour, RequestListener>>): RequestListener => {
    return (request, response) => services[live](request, response)
  }
  const both = servicesOf(false)
  const target = await openTarget({
    ...prepared,
    facts: () => factsOf(stores, live),
    doors: { web: toLive(both), plain: toLive(servicesOf(true)), https: toLive(both) },
  })
  const { urls, next } = target
  const [blue, green] = await Promise.all([listen(both.blue, next(0)), listen(both.green, next(1))])
  const webhookUrl = () => `${urls.web}/api/webhooks/payments`
  const provider = await listenPaymentProvider({
    ...next(2),
    key: providerKey,
    webhookSecret,
    now: Date.now,
    webhookUrl,
  })
  stores.provider.url = provider.url
  doors.securePort = new URL(urls.https).port
  doors.origins.push(urls.web, urls.https)

  return {
    ...target,
    urls: { ...urls, blue: blue.url, green: green.url },
    control: {
      ...target.control,
      revision(next) {
        platforms[live].revision.current = next
      },
      live(instance) {
        live = instance
      },
    },
    async close() {
      await Promise.all([target, blue, green, provider].map(each => each.close()))
    },
  }
}

const createInstance = (platform: Platform, isPlain: boolean, doors: Doors): RequestListener =>
  createService({
    routes: [systemRoutes, authRoutes, assessmentRoutes, paymentRoutes, pageRoutes].flatMap(make => make(platform)),
    refusal: problemForm,
    before: call => before(platform, isPlain, call, doors),
  })

/** What holds for every call: revision, headers, https, origins, limits, trouble of the day. */
async function before(
  platform: Platform,
  isPlain: boolean,
  call: Call,
  { origins, securePort }: Doors,
): Promise<Answer | undefined> {
  const { broken, parts, revision, instance } = platform
  Object.assign(call.answerHeaders, {
    'x-revision': revision.current,
    'x-instance': instance,
    ...closedHeaders,
    // One of these alone is worth less than what parts A from B.
    ...(broken('ASM-16')
      ? {}
      : {
          'content-security-policy': ownContentOnly(),
          'strict-transport-security': 'max-age=63072000; includeSubDomains',
        }),
  })
  const redirect = httpsRedirect(call, isPlain, securePort)
  if (redirect) return redirect
  await parts.delay()
  if (!call.url.pathname.startsWith('/api/')) return undefined
  const preflight = admitOrigin(call, {
    isListed: origin => origins.includes(origin) || broken('ASM-29'),
    methods: 'GET, POST, DELETE',
    headers: 'Authorization, Content-Type',
  })
  if (preflight) return preflight
  spendCall(platform, call)
  if (parts.isDown('database')) throw new Refusal(503, { detail: 'the database does not answer' })
  return undefined
}

const factsOf = ({ accounts, assessments, payments, requests }: Stores, live: Colour) => ({
  live,
  accounts: accounts.size,
  assessments: assessments.size,
  requests: requests.size,
  payments: payments.size,
  paid: payments.list().filter(({ state }) => state === 'paid').length,
})
