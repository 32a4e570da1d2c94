/** The public door: what configuration and scenario files import. */

export { type CheckOptions, check } from './config/check.ts'
export { type ConfigurationOptions, defineConfig } from './config/configuration.ts'
export { type LoadOptions, load } from './config/load.ts'
export { type PlaywrightOptions, playwright } from './config/playwright.ts'
export { secret } from './config/secret.ts'
export { defineSystem, objective, type SystemOptions } from './config/system.ts'
export type { Observation, Verdict } from './core/contracts.ts'
export type { Check, Configuration, Probe, ProbeRun, Secret, System, Text } from './core/definitions.ts'
export { RunnerFault } from './core/fault.ts'
export { type Limit, type LimitRef, limit, type Requirement } from './core/requirements.ts'
