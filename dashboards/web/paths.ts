/** Addresses of pages. Ids of checks may hold slashes. */

import type { Artifact, Result } from '../../runner/core/contracts.ts'
import type { LoadRun } from '../../runner/core/ports.ts'

const parts = (path: string) => path.split('/').map(encodeURIComponent).join('/')

export const checkPath = (check: { readonly system: string; readonly check: string }): string =>
  `/checks/${encodeURIComponent(check.system)}/${parts(check.check)}`

/** The id of a run, as `runId` of runner/core/ports makes it. */
const idOf = (run: Result): string =>
  [run.system, run.check, run.location, run.slot, run.trigger].map(part => encodeURIComponent(part)).join('~')

export const runPath = (run: Result): string => `/runs/${idOf(run)}`
/** The id as `deployId` of runner/core/deploys makes it: its parts are encoded already. */
export const deployPath = (deploy: { readonly id: string }): string => `/deploys/${encodeURIComponent(deploy.id)}`
/** By the id that is kept of it, whose parts are escaped already. */
export const runIdPath = (id: string): string => `/runs/${id}`
export const loadPath = (run: Pick<LoadRun, 'id'>): string => `/load/${encodeURIComponent(run.id)}`
/** Of one system, and of one of its promises. */
export const requirementsPath = (system: string, id?: string): string =>
  `/requirements/${encodeURIComponent(system)}${id === undefined ? '' : `#${encodeURIComponent(id)}`}`
export const incidentPath = (incident: { readonly id: string }): string =>
  `/incidents/${encodeURIComponent(incident.id)}`
/** A form about one person, and about one token. */
export const personPath = (name: string, what: string): string => `/people/${encodeURIComponent(name)}/${what}`
export const tokenPath = (name: string, what: string): string => `/tokens/${encodeURIComponent(name)}/${what}`
export const artifactPath = (artifact: Artifact): string => `/artifacts/${parts(artifact.path)}`

/** A trace in Playwright's own viewer. */
export const tracePath = (artifact: Artifact): string =>
  `/trace/index.html?trace=${encodeURIComponent(artifactPath(artifact))}`
