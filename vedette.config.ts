import { defineConfig } from '#vedette'
import codAdmin from './scenarios/cod-admin/system.ts'

export default defineConfig({ systems: [codAdmin] })
