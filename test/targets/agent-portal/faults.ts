import type { Broken } from '../kit/broken.ts'

/** The promises that the portal can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = [
  'AGT-01',
  'AGT-02',
  'AGT-03',
  'AGT-07',
  'AGT-08',
  'AGT-09',
  'AGT-10',
  'AGT-11',
  'AGT-12',
  'AGT-13',
  'AGT-14',
  'AGT-15',
  'AGT-16',
  'AGT-17',
  'AGT-18',
  'AGT-19',
  'AGT-20',
  'AGT-21',
  'AGT-22',
  'AGT-23',
  'AGT-24',
  'AGT-25',
  'AGT-26',
  'AGT-27',
  'AGT-28',
  'AGT-30',
  'AGT-31',
  'AGT-32',
  'AGT-33',
  'AGT-34',
  'AGT-35',
  'AGT-36',
  'AGT-37',
  'AGT-38',
  'AGT-39',
  'AGT-40',
  'AGT-41',
  'AGT-42',
  'AGT-43',
  'AGT-44',
  'AGT-45',
  'AGT-48',
  'AGT-49',
  'AGT-50',
  'AGT-51',
  'AGT-53',
  'AGT-54',
  'AGT-55',
  'AGT-56',
  'AGT-57',
  'AGT-60',
] as const

type Fault = (typeof breakable)[number]
export type PortalBroken = Broken<Fault>

/** Faults of the front end: its script is told of them on the page. */
export const pageFaults: readonly Fault[] = ['AGT-11', 'AGT-12', 'AGT-13', 'AGT-51', 'AGT-55', 'AGT-56', 'AGT-60']

/** A part of each of these modules is missing: no page needs it. */
export const missingCalls: Readonly<Record<string, Fault>> = {
  '/api/time-slots/bulk': 'AGT-31',
  '/api/payments/webhook': 'AGT-32',
  '/api/reports/export': 'AGT-33',
  '/api/tasks/bulk-update': 'AGT-34',
  '/api/analytics/trends': 'AGT-35',
}
