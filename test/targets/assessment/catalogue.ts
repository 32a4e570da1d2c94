/** What is asked and what is sold: areas with tiers of questions, and services. */

export const answerValues = ['yes', 'partly', 'no'] as const
export type AnswerValue = (typeof answerValues)[number]

interface Question {
  readonly id: string
  readonly text: string
}

interface Tier {
  readonly tier: number
  readonly title: string
  /** Cents; 0 is free. */
  readonly price: number
  readonly questions: readonly Question[]
}

interface Area {
  readonly id: string
  readonly title: string
  readonly tiers: readonly Tier[]
}

export const currency = 'USD'

const tier = (number: number, title: string, price: number, texts: readonly string[]): Tier => ({
  tier: number,
  title,
  price,
  questions: texts.map((text, index) => ({ id: `t${number}q${index + 1}`, text })),
})

export const areas: readonly Area[] = [
  {
    id: 'finance',
    title: 'Finance',
    tiers: [
      tier(1, 'Self assessment', 0, [
        'Do you keep business and private money apart?',
        'Are your books closed every month?',
        'Do you have a budget for this year?',
      ]),
      tier(2, 'Evidence review', 4_900, [
        'Can you show last year’s audited statements?',
        'Is a forecast of cash kept for 13 weeks?',
        'Do two people sign for large payments?',
      ]),
    ],
  },
  {
    id: 'technology',
    title: 'Technology and security',
    tiers: [
      tier(1, 'Self assessment', 0, [
        'Are backups tried out at least once a quarter?',
        'Does everybody sign in with a second factor?',
        'Is software brought up to date within a month?',
      ]),
      tier(2, 'Evidence review', 4_900, [
        'Can you show the protocol of the last restore?',
        'Is there a list of all systems and their owners?',
        'Was an incident rehearsed this year?',
      ]),
    ],
  },
]

export const services = [
  { id: 'bookkeeping', title: 'Bookkeeping set-up', price: 25_000 },
  { id: 'backup-review', title: 'Review of backups', price: 18_000 },
] as const

export const findTier = (area: string, number: number): Tier | undefined =>
  areas.find(({ id }) => id === area)?.tiers.find(item => item.tier === number)

export type Answers = Readonly<Record<string, AnswerValue>>

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
