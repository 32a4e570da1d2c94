import { runTarget } from '../kit/target.ts'
import { createDental } from './create-dental.ts'

await runTarget(createDental, 7140)
