import { runTarget } from '../kit/target.ts'
import { createAssessment } from './create-assessment.ts'

await runTarget(createAssessment, 7130)
