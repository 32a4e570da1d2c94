import { defineConfig } from '#vedette'
import agentPortal from './scenarios/agent-portal/system.ts'
import assessment from './scenarios/assessment/system.ts'
import codAdmin from './scenarios/cod-admin/system.ts'
import dental from './scenarios/dental/system.ts'
import therapy from './scenarios/therapy/system.ts'

export default defineConfig({ systems: [codAdmin, agentPortal, assessment, dental, therapy] })
