import { type Broken, promises } from '../kit/broken.ts'

/** The promises that the platform can break, each as the text `broken` of its requirement says and in nothing else. */
export const breakable = promises('ASM', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 25, 29, 30, 31, 32])

export type AssessmentBroken = Broken<(typeof breakable)[number]>
