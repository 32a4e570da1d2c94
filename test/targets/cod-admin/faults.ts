import { type Broken, promises } from '../kit/broken.ts'

/** The promises that the shop can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = promises(
  'COD',
  [
    1, 2, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 44, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63,
  ],
)

export type CodAdminBroken = Broken<(typeof breakable)[number]>
