import { promises } from '../kit/broken.ts'

/** The promises that the portal can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = promises(
  'AGT',
  [
    1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 30, 31, 32, 33, 34,
    35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 48, 49, 50, 51, 53, 54, 55, 56, 57, 60,
  ],
)

type Fault = (typeof breakable)[number]

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
