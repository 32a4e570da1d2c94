import type { RequestListener } from 'node:http'
import { chooseBroken } from '../kit/broken.ts'
import { authorityCertificate, createCertificate } from '../kit/certificate.ts'
import { createClock } from '../kit/clock.ts'
import { type Answer, type Call, createService, Refusal } from '../kit/http.ts'
import { listen } from '../kit/listen.ts'
import { createParts } from '../kit/parts.ts'
import { listenPaymentProvider } from '../kit/payment-provider.ts'
import { problemForm } from '../kit/problem.ts'
import { openControl, placesOf, type Target, type TargetControl, type TargetOptions } from '../kit/target.ts'
import { breakable } from './faults.ts'
import { pageRoutes } from './pages.ts'
import {
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

const day = 86_400_000
/** Beside its own address: where the front end of partners runs. */
const partner = 'https://partner.example'

/**
 * The assessment platform as its document describes it, in memory: two instances on one database. Seven ports: web, plain, https,
 * control, blue, green, payment provider.
 */
export async function createAssessment(options: AssessmentOptions = {}): Promise<AssessmentPlatform> {
  const { green } = options
  const clock = createClock(options.clock)
  const parts = createParts<PartName>(['database', 'payments', 'model'])
  const stores = createStores({ clock, parts })
  const revision = { current: options.revision ?? 'reference' }
  const broken = chooseBroken(breakable, options.broken)
  const platforms: Readonly<Record<Colour, Platform>> = {
    blue: { ...stores, instance: 'blue', broken, revision },
    green: {
      ...stores,
      instance: 'green',
      broken: chooseBroken(breakable, green?.broken ?? options.broken),
      revision: green?.revision === undefined ? revision : { current: green.revision },
    },
  }
  let live: Colour = 'blue'
  const validUntil = clock.now() + (broken('ASM-25') ? 3 : 60) * day
  const certificate = createCertificate({ names: ['localhost'], validFrom: clock.now() - day, validUntil })

  const origins = [partner]
  const serviceOf = (colour: Colour, isPlain = false) => createInstance(platforms[colour], isPlain, origins)
  const toLive = (services: Readonly<Record<Colour, RequestListener>>): RequestListener => {
    return (request, response) => services[live](request, response)
  }
  const both = { blue: serviceOf('blue'), green: serviceOf('green') }
  const bothPlain = { blue: serviceOf('blue', true), green: serviceOf('green', true) }
  const at = placesOf(options)
  const { listener, control } = await openControl({
    ...at(3),
    clock,
    parts,
    revision,
    facts: () => factsOf(stores, live),
  })
  const listeners = await Promise.all([
    listen(toLive(both), at(0)),
    listen(toLive(bothPlain), at(1)),
    listen(toLive(both), { ...at(2), certificate }),
    listen(both.blue, at(4)),
    listen(both.green, at(5)),
  ])
  const [web, plain, https, blueOne, greenOne] = listeners
  const provider = await listenPaymentProvider({
    ...at(6),
    key: providerKey,
    webhookSecret,
    now: Date.now,
    webhookUrl: () => `${web.url}/api/webhooks/payments`,
  })
  stores.provider.url = provider.url
  stores.secure.port = new URL(https.url).port
  origins.push(web.url, https.url)

  return {
    urls: { web: web.url, plain: plain.url, https: https.url, blue: blueOne.url, green: greenOne.url },
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
      await Promise.all([...listeners, listener, provider].map(each => each.close()))
    },
  }
}

function createInstance(platform: Platform, isPlain: boolean, origins: readonly string[]): RequestListener {
  return createService({
    routes: [
      ...systemRoutes(platform),
      ...authRoutes(platform),
      ...assessmentRoutes(platform),
      ...paymentRoutes(platform),
      ...pageRoutes(platform),
    ],
    refusal: problemForm,
    before: call => before(platform, isPlain, call, origins),
  })
}

/** What holds for every call: revision, headers, https, origins, limits, trouble of the day. */
async function before(
  platform: Platform,
  isPlain: boolean,
  call: Call,
  origins: readonly string[],
): Promise<Answer | undefined> {
  const { broken, parts, revision, instance } = platform
  const { pathname, search } = call.url
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
  // All but `plain` stand behind a proxy that speaks TLS; what the proxy says of the user is believed.
  const isSecure = (call.header('x-forwarded-proto') || (isPlain ? 'http' : 'https')) === 'https'
  if (!isSecure) {
    const { hostname } = call.url
    return { status: 301, headers: { location: `https://${hostname}:${platform.secure.port}${pathname}${search}` } }
  }
  if (parts.latency > 0) await new Promise(resolve => setTimeout(resolve, parts.latency))
  if (!pathname.startsWith('/api/')) return undefined
  const preflight = admitOrigin(call, origins, broken('ASM-29'))
  if (preflight) return preflight
  spendCall(platform, call)
  if (parts.isDown('database')) throw new Refusal(503, { detail: 'the database does not answer' })
  return undefined
}

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** Allows the platform and its partner to read answers; a preflight is answered here. */
function admitOrigin(call: Call, origins: readonly string[], echoes: boolean): Answer | undefined {
  const origin = call.header('origin')
  if (origin === '') return undefined
  call.answerHeaders['vary'] = 'Origin'
  if (origins.includes(origin) || echoes) call.answerHeaders['access-control-allow-origin'] = origin
  if (call.method !== 'OPTIONS') return undefined
  const headers = 'Authorization, Content-Type'
  const methods = 'GET, POST, DELETE'
  return { status: 204, headers: { 'access-control-allow-methods': methods, 'access-control-allow-headers': headers } }
}

const factsOf = ({ accounts, assessments, payments, requests }: Stores, live: Colour) => ({
  live,
  accounts: accounts.all().length,
  assessments: assessments.size,
  requests: requests.size,
  payments: payments.size,
  paid: [...payments.values()].filter(({ state }) => state === 'succeeded').length,
})
