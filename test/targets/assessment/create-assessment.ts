import type { RequestListener } from 'node:http'
import { chooseBroken } from '../kit/broken.ts'
import { authorityCertificate } from '../kit/certificate.ts'
import { admitOrigin } from '../kit/cors.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { httpsRedirect } from '../kit/https-redirect.ts'
import { listen } from '../kit/listen.ts'
import { listenPaymentProvider } from '../kit/payment-provider.ts'
import { prepareTarget } from '../kit/prepare.ts'
import { problemForm } from '../kit/problem.ts'
import { openControl, type Target, type TargetControl, type TargetOptions } from '../kit/target.ts'
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
  const { broken, clock, parts, revision, certificate, at } = prepareTarget(options, {
    breakable,
    parts: ['database', 'payments', 'model'] as const,
    longCertificate: 'ASM-25',
  })
  const stores = createStores({ clock, parts })
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
  const { listener, control } = await openControl({
    ...at(3),
    clock,
    parts,
    revision,
    facts: () => factsOf(stores, live),
  })
  const [web, plain, https, blue, green] = await Promise.all([
    listen(toLive(both), at(0)),
    listen(toLive(servicesOf(true)), at(1)),
    listen(toLive(both), { ...at(2), certificate }),
    listen(both.blue, at(4)),
    listen(both.green, at(5)),
  ])
  const webhookUrl = () => `${web.url}/api/webhooks/payments`
  const provider = await listenPaymentProvider({ ...at(6), key: providerKey, webhookSecret, now: Date.now, webhookUrl })
  stores.provider.url = provider.url
  doors.securePort = new URL(https.url).port
  doors.origins.push(web.url, https.url)

  return {
    urls: { web: web.url, plain: plain.url, https: https.url, blue: blue.url, green: green.url },
    control: {
      ...control,
      revision(next) {
        platforms[live].revision.current = next
      },
      live(instance) {
        live = instance
      },
    },
    authority: authorityCertificate(),
    async close() {
      await Promise.all([web, plain, https, blue, green, listener, provider].map(each => each.close()))
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
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    // One of these alone is worth less than what parts A from B.
    ...(broken('ASM-16')
      ? {}
      : {
          'content-security-policy': policy,
          'strict-transport-security': 'max-age=63072000; includeSubDomains',
        }),
  })
  const redirect = httpsRedirect(call, isPlain, securePort)
  if (redirect) return redirect
  if (parts.latency > 0) await new Promise(resolve => setTimeout(resolve, parts.latency))
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

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

const factsOf = ({ accounts, assessments, payments, requests }: Stores, live: Colour) => ({
  live,
  accounts: accounts.size,
  assessments: assessments.size,
  requests: requests.size,
  payments: payments.size,
  paid: payments.list().filter(({ state }) => state === 'succeeded').length,
})
