import type { Broken } from '../kit/broken.ts'

/** The promises that the platform can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = [
  'ASM-01',
  'ASM-02',
  'ASM-03',
  'ASM-04',
  'ASM-05',
  'ASM-06',
  'ASM-07',
  'ASM-08',
  'ASM-09',
  'ASM-10',
  'ASM-11',
  'ASM-15',
  'ASM-16',
  'ASM-17',
  'ASM-18',
  'ASM-19',
  'ASM-25',
  'ASM-29',
  'ASM-30',
  'ASM-31',
  'ASM-32',
] as const

export type AssessmentBroken = Broken<(typeof breakable)[number]>
