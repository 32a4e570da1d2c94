import catalogue from './catalogue.json' with { type: 'json' }

/** What is asked and what is sold: areas with tiers of questions, and services. Prices are in cents; 0 is free. */
export const { areas, currency, services } = catalogue

export const answerValues = ['yes', 'partly', 'no'] as const
export type AnswerValue = (typeof answerValues)[number]
export type Answers = Readonly<Record<string, AnswerValue>>

export const findTier = (area: string, number: number) =>
  areas.find(({ id }) => id === area)?.tiers.find(({ tier }) => tier === number)

const points: Readonly<Record<AnswerValue, number>> = { yes: 100, partly: 50, no: 0 }

/** What the answers say: a score from 0 to 100, its level, and the questions that need work. */
export function resultOf(answers: Answers) {
  const given = Object.entries(answers)
  const score =
    given.length === 0 ? 0 : Math.round(given.reduce((sum, [, value]) => sum + points[value], 0) / given.length)
  return {
    score,
    level: given.length === 0 ? 'open' : score >= 80 ? 'ready' : score >= 40 ? 'developing' : 'starting',
    gaps: given.flatMap(([id, value]) => (value === 'yes' ? [] : [id])),
  }
}
