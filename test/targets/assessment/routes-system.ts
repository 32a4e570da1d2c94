import { readFields } from '../kit/fields.ts'
import { type Answer, Refusal, type Route, route } from '../kit/http.ts'
import { openapi } from './openapi.ts'
import { type PartName, type Platform, refuseErrors, signedIn, spendHelp, textErrors } from './platform.ts'

const advisor = 'advisor-1'
/** A model that always fails, so that everybody can see what its failure looks like. It is part of the contract. */
const drill = 'drill-unavailable'

/** AI help, health, version, contract. */
export function systemRoutes(platform: Platform): readonly Route[] {
  const { broken, instance, parts, revision } = platform
  let asked = 0
  // The fault about readiness needs a part that is down, and only health may say so.
  const state = (part: PartName) => (parts.isDown(part) || (part === 'database' && broken('ASM-15')) ? 'down' : 'up')

  return [
    route(
      'POST',
      '/api/ai/help',
      signedIn(platform, async (call, account): Promise<Answer> => {
        const { question, model = advisor } = await readFields(call)
        refuseErrors([
          ...textErrors('question', question, 1_000),
          ...(model === advisor || model === drill
            ? []
            : [{ field: 'model', message: `expected ${advisor} or ${drill}` }]),
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
    ),
    route('GET', '/health/live', () => ({ json: { status: 'alive', instance } })),
    route('GET', '/health/ready', () =>
      parts.isDown('database')
        ? { status: 503, json: { status: 'not ready', instance } }
        : { json: { status: 'ready', instance } },
    ),
    route('GET', '/health/dependencies', () => {
      const dependencies = { database: state('database'), payments: state('payments'), model: state('model') }
      const isUp = Object.values(dependencies).every(value => value === 'up')
      return { status: isUp ? 200 : 503, json: { status: isUp ? 'ok' : 'degraded', instance, dependencies } }
    }),
    route('GET', '/version', () => ({ json: { revision: revision.current, instance } })),
    route('GET', '/openapi.json', () => ({ json: openapi })),
  ]
}
