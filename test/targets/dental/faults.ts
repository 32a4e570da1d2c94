import type { Broken } from '../kit/broken.ts'

/** The promises that TopSmile can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = [
  'DNT-01',
  'DNT-10',
  'DNT-12',
  'DNT-13',
  'DNT-14',
  'DNT-15',
  'DNT-16',
  'DNT-17',
  'DNT-18',
  'DNT-19',
  'DNT-20',
  'DNT-21',
  'DNT-22',
  'DNT-23',
  'DNT-24',
  'DNT-25',
  'DNT-26',
  'DNT-27',
  'DNT-28',
  'DNT-31',
  'DNT-32',
  'DNT-33',
  'DNT-34',
  'DNT-35',
  'DNT-36',
  'DNT-39',
  'DNT-40',
] as const

export type DentalBroken = Broken<(typeof breakable)[number]>
