import * as wrong from '../journeys/journeys.ts'

export const used = wrong
