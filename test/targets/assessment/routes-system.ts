import { refuseErrors, textErrors, unless } from '../kit/field-errors.ts'
import { readFields } from '../kit/fields.ts'
import { type Answer, Refusal, type Route, route } from '../kit/http.ts'
import { stateRoutes } from '../kit/state-routes.ts'
import openapi from './openapi.json' with { type: 'json' }
import { type PartName, type Platform, signedRoutes, spendHelp } from './platform.ts'

const advisor = 'advisor-1'
/** A model that always fails, so that everybody can see what its failure looks like. It is part of the contract. */
const drill = 'drill-unavailable'

/** AI help, health, version, contract. */
export function systemRoutes(platform: Platform): readonly Route[] {
  const { broken, instance, parts, revision } = platform
  const signed = signedRoutes(platform)
  let asked = 0
  // The fault about readiness needs a part that is down, and only health may say so.
  const state = (part: PartName) => (parts.isDown(part) || (part === 'database' && broken('ASM-15')) ? 'down' : 'up')

  return [
    signed('POST', '/api/ai/help', async (call, account): Promise<Answer> => {
      const { question, model = advisor } = await readFields(call)
      refuseErrors([
        ...textErrors('question', question, 1_000),
        ...unless(model === advisor || model === drill, 'model', `expected ${advisor} or ${drill}`),
      ])
      spendHelp(platform, account, call)
      if (model === drill || parts.isDown('model')) {
        if (broken('ASM-05')) return { status: 500 }
        throw new Refusal(503, { detail: 'the model behind AI help does not answer' }, { 'retry-after': '30' })
      }
      if (++asked % 3 === 0 && broken('ASM-04')) throw new Error('no error handling')
      const answer = `Begin with what is cheapest to mend. You asked: ${String(question)}`
      return { json: { answer, model } }
    }),
    ...stateRoutes({ revision, isReady: () => !parts.isDown('database'), more: { instance } }),
    route('GET', '/health/dependencies', () => {
      const dependencies = { database: state('database'), payments: state('payments'), model: state('model') }
      const isUp = Object.values(dependencies).every(value => value === 'up')
      return { status: isUp ? 200 : 503, json: { status: isUp ? 'ok' : 'degraded', instance, dependencies } }
    }),
    route('GET', '/openapi.json', () => ({ json: openapi })),
  ]
}
