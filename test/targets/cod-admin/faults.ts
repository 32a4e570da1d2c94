import type { Broken } from '../kit/broken.ts'

/** The promises that the shop can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = [
  'COD-01',
  'COD-02',
  'COD-13',
  'COD-14',
  'COD-15',
  'COD-17',
  'COD-18',
  'COD-21',
  'COD-22',
  'COD-24',
  'COD-26',
  'COD-29',
  'COD-30',
  'COD-31',
  'COD-32',
  'COD-33',
  'COD-34',
  'COD-37',
  'COD-39',
  'COD-40',
  'COD-50',
  'COD-51',
  'COD-55',
  'COD-59',
] as const

export type CodAdminBroken = Broken<(typeof breakable)[number]>
