import { type Broken, promises } from '../kit/broken.ts'

/** The promises that TopSmile can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = promises(
  'DNT',
  [1, 10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33, 34, 35, 36, 39, 40],
)

export type DentalBroken = Broken<(typeof breakable)[number]>
