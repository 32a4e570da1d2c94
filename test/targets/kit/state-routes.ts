import { type Route, route } from './http.ts'

export interface StateOptions {
  readonly revision: { readonly current: string }
  isReady(): boolean
  /** In every answer beside the state. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** Whether a system runs, whether it can work, and which version it is. Health in full is each system's own. */
export const stateRoutes = ({ revision, isReady, more = {} }: StateOptions): readonly Route[] => [
  route('GET', '/health/live', () => ({ json: { status: 'alive', ...more } })),
  route('GET', '/health/ready', () =>
    isReady() ? { json: { status: 'ready', ...more } } : { status: 503, json: { status: 'not ready', ...more } },
  ),
  route('GET', '/version', () => ({ json: { revision: revision.current, ...more } })),
]
