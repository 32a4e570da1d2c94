import { type Broken, promises } from '../kit/broken.ts'

/** The promises that the platform can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = promises(
  'THR',
  [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 28, 29, 30, 31, 34],
)

export type TherapyBroken = Broken<(typeof breakable)[number]>
