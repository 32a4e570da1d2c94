import type { Artifact, Result } from '../core/contracts.ts'
import type { Affected, Incident } from '../core/incidents.ts'
import type { Message, MessageIncident, Notification } from '../core/notifications.ts'

export interface ComposeOptions {
  /** Of our pages; absent: messages have no links. */
  readonly publicUrl?: string
  readonly scrub: (text: string) => string
  incident(id: string): Promise<Incident | undefined>
  result(run: string): Promise<Result | undefined>
  /** The bytes of something kept. */
  artifact(artifact: Artifact): Promise<Uint8Array | undefined>
}

/** The message of a record, with its incidents as they are now. */
export async function composeMessage(
  record: Pick<Notification, 'id' | 'occasion' | 'incidents'>,
  options: ComposeOptions,
  now: number,
): Promise<Message | { readonly why: string }> {
  const found = await Promise.all(record.incidents.map(options.incident))
  const incidents = found.filter(incident => incident !== undefined)
  if (incidents.length === 0) return { why: 'what it is about is not kept any more' }
  const parts = await Promise.all(incidents.map(incident => partOf(incident, options)))
  return { id: record.id, occasion: record.occasion, at: now, incidents: parts }
}

async function partOf(incident: Incident, options: ComposeOptions): Promise<MessageIncident> {
  const { publicUrl } = options
  const run = incident.affected.find(({ firstFailure }) => firstFailure !== undefined)?.firstFailure
  // Nobody waits for a picture: a store in trouble costs the picture, not the message.
  const result = run === undefined ? undefined : await options.result(run).catch(() => undefined)
  const picture = result?.artifacts.find(({ kind }) => kind === 'screenshot')
  const link = (path: string) => `${publicUrl}/${path}`
  return {
    incident: scrubIncident(incident, options.scrub),
    ...(publicUrl === undefined ? {} : { url: link(`incidents/${encodeURIComponent(incident.id)}`) }),
    ...(publicUrl === undefined || run === undefined ? {} : { runUrl: link(`runs/${run}`) }),
    ...(publicUrl === undefined || picture === undefined
      ? {}
      : { screenshotUrl: link(`artifacts/${picture.path.split('/').map(encodeURIComponent).join('/')}`) }),
    ...(picture === undefined ? {} : { screenshot: () => bytesOf(picture, options) }),
  }
}

async function bytesOf(picture: Artifact, { artifact }: ComposeOptions) {
  const data = await artifact(picture).catch(() => undefined)
  return data === undefined ? undefined : { contentType: picture.contentType, data }
}

/** Texts that came from a target, a person or a library; ids stay as they are. */
function scrubIncident(incident: Incident, scrub: (text: string) => string): Incident {
  const scrubbed = ({ detail, ...rest }: Affected): Affected => ({
    ...rest,
    ...(detail === undefined ? {} : { detail: scrub(detail) }),
  })
  return {
    ...incident,
    title: scrub(incident.title),
    affected: incident.affected.map(scrubbed),
    timeline: incident.timeline.map(({ text, ...line }) => ({
      ...line,
      ...(text === undefined ? {} : { text: scrub(text) }),
    })),
  }
}
