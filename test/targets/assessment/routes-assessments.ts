import { setTimeout } from 'node:timers/promises'
import { created, found, idOf } from '../kit/answers.ts'
import type { Stamp } from '../kit/collection.ts'
import { refuseErrors, unless } from '../kit/field-errors.ts'
import { readFields } from '../kit/fields.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { type AnswerValue, answerValues, areas, findTier, resultOf, services } from './catalogue.ts'
import { type Assessment, owned, ownedRoutes, type Platform, signedRoutes } from './platform.ts'

/** How long the catalogue takes to work out, ms, and how long it then may be kept, s. */
const catalogueWork = 150
const catalogueLife = 300

const path = '/api/assessments'

/** The catalogue, assessments and their tiers. */
export function assessmentRoutes(platform: Platform): readonly Route[] {
  const { assessments, broken } = platform
  const signed = signedRoutes(platform)
  const show = ({ owner: _, createdAt, ...assessment }: Assessment & Stamp) => ({
    ...assessment,
    ...(broken('ASM-10') ? {} : { created_at: createdAt }),
    result: resultOf(assessment.answers),
  })
  // Stored, and gone when the page is loaded again.
  const reload = (assessment: Assessment & Stamp) =>
    show(broken('ASM-08') ? { ...assessment, answers: {} } : assessment)

  return [
    catalogueRoute(platform),
    signed('POST', path, async (call, account) => {
      const { area, title } = await readFields(call)
      const known = areas.map(({ id }) => id)
      refuseErrors(unless(known.includes(String(area)), 'area', `expected one of ${known.join(', ')}`))
      const named = { area: String(area), title: String(title ?? area).slice(0, 200) }
      return created(show(assessments.add({ ...named, owner: account.id, tier: 1, answers: {} })))
    }),
    ...ownedRoutes(platform, { path, name: 'assessments', entries: assessments, show: reload }),
    signed('POST', `${path}/:id/tiers/:tier/responses`, async (call, account) => {
      if (broken('ASM-07') && !/json/.test(call.header('content-type'))) {
        throw new Refusal(415, { detail: 'expected application/json' })
      }
      const assessment = owned(assessments, idOf(call), account)
      const answers = { ...assessment.answers, ...(await readAnswers(call, assessment)) }
      return { json: show(assessments.change(assessment.id, { answers }) ?? assessment) }
    }),
  ]
}

/** `{"answers": {"t1q1": "yes"}}`, or the same as a form: `t1q1=yes`. */
async function readAnswers(call: Call, { area, tier }: Assessment): Promise<Readonly<Record<string, AnswerValue>>> {
  const number = Number(call.params['tier'])
  const asked = found(findTier(area, number)).questions.map(({ id }) => id)
  if (number > tier) throw new Refusal(402, { detail: `tier ${number} has to be paid for first` })
  const body = await readFields(call)
  const answers = 'answers' in body ? body['answers'] : body
  if (typeof answers !== 'object' || answers === null) refuseErrors([{ field: 'answers', message: 'expected answers' }])
  const given = answers as Readonly<Record<string, unknown>>
  refuseErrors([
    ...asked.filter(id => !(id in given)).map(field => ({ field, message: 'expected an answer' })),
    ...Object.entries(given)
      .filter(([id, value]) => !asked.includes(id) || !answerValues.some(known => known === value))
      .map(([field]) => ({ field, message: `expected a question of tier ${number} and ${answerValues.join(', ')}` })),
  ])
  return given as Readonly<Record<string, AnswerValue>>
}

/** What is dear to work out is kept: by the platform for all, and by whoever asked. */
function catalogueRoute({ broken, clock }: Platform): Route {
  const kept = new Map<string, number>()
  return route('GET', '/api/catalogue', async call => {
    const region = call.url.searchParams.get('region') ?? 'world'
    const isKept = (kept.get(region) ?? 0) > clock.now() && !broken('ASM-19')
    if (!isKept) await setTimeout(catalogueWork)
    if (kept.size > 1_000) kept.clear()
    kept.set(region, clock.now() + catalogueLife * 1_000)
    return {
      json: { region, areas, services },
      headers: broken('ASM-19') ? {} : { 'cache-control': `public, max-age=${catalogueLife}` },
    }
  })
}
