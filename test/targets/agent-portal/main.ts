import { runTarget } from '../kit/target.ts'
import { createAgentPortal } from './create-agent-portal.ts'

await runTarget(createAgentPortal, 7110)
