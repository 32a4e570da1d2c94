import type { Clock } from '../core/contracts.ts'
import type { JourneySource, System, Text } from '../core/definitions.ts'
import type { ArtifactSink } from './evidence.ts'
import type { Limits } from './invocation.ts'
import type { Project } from './project.ts'
import type { BeginLine } from './protocol.ts'
import type { Warm } from './warm.ts'

/** What running journeys needs of its surroundings. */
export interface RunsOptions {
  readonly clock: Clock
  readonly self: number
  readonly warm: Warm
  readonly limits: Limits
  readonly environment: Readonly<Record<string, string>>
  readonly version: string
  readonly artifacts: ArtifactSink
  reveal(text: Text): string
  readonly log: { warn(about: object, message: string): void; error(about: object, message: string): void }
  readonly spares: boolean
  readonly workers: number
  folderFor(name: string): { readonly folder: string; readonly mark: string }
  listing(
    system: System,
    source: JourneySource,
  ): Promise<string | { readonly project: Project; readonly begin: BeginLine }>
}
