import type { Broken } from '../kit/broken.ts'

/** The promises that the platform can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = [
  'THR-01',
  'THR-02',
  'THR-03',
  'THR-04',
  'THR-05',
  'THR-06',
  'THR-07',
  'THR-08',
  'THR-09',
  'THR-10',
  'THR-11',
  'THR-12',
  'THR-13',
  'THR-14',
  'THR-15',
  'THR-16',
  'THR-17',
  'THR-18',
  'THR-19',
  'THR-20',
  'THR-21',
  'THR-22',
  'THR-23',
  'THR-25',
  'THR-26',
  'THR-28',
  'THR-29',
  'THR-30',
  'THR-31',
  'THR-34',
] as const

export type TherapyBroken = Broken<(typeof breakable)[number]>
