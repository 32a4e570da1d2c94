import { runTarget } from '../kit/target.ts'
import { createTherapy } from './create-therapy.ts'

await runTarget(createTherapy, 7120)
