/** Live updates: an event stream of what happened, small enough to follow thousands of checks. */

import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { runId, type WatchEvent } from '../core/ports.ts'
import { about, answersText, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const beat = 15_000
// A reader that does not read is dropped; it asks again and sees the present.
const mostUnread = 1_000_000

export function serveEvents(app: FastifyInstance, { watch, clock, access }: Rooms): void {
  const readers = new Map<ServerResponse, FastifyRequest>()
  let stopBeat: (() => void) | undefined

  const send = (text: string) => {
    for (const reader of readers.keys()) {
      if (reader.writableLength > mostUnread) reader.destroy()
      else reader.write(text)
    }
  }
  const keepAlive = () => {
    send(': still here\n\n')
    stopBeat = clock.timer(beat, keepAlive)
    // Whoever has signed out, or may read no more, hears no more.
    for (const [reader, request] of readers) void access.mayStillRead(request).then(may => may || reader.end())
  }
  const stopListening = watch.on(event => {
    if (readers.size > 0) send(toText(event))
  })

  app.get(
    '/api/v1/events',
    {
      ...asks('read'),
      schema: {
        ...about('events', 'What happens, as it happens: results, transitions, incidents, notifications, deploys'),
        ...answersText('text/event-stream'),
      },
    },
    (request, reply) => {
      reply.hijack()
      const { raw } = reply
      // Hijacking skips the reply's headers, the security headers among them.
      raw.writeHead(200, {
        ...(reply.getHeaders() as OutgoingHttpHeaders),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      })
      raw.write('retry: 2000\n\n')
      readers.set(raw, request)
      stopBeat ??= clock.timer(beat, keepAlive)
      raw.on('close', () => {
        readers.delete(raw)
        if (readers.size > 0) return
        stopBeat?.()
        stopBeat = undefined
      })
    },
  )

  app.addHook('preClose', async () => {
    stopListening()
    stopBeat?.()
    stopBeat = undefined
    for (const reader of readers.keys()) reader.end()
    readers.clear()
  })
}

function toText(event: WatchEvent): string {
  return `event: ${event.kind}\ndata: ${JSON.stringify(toData(event))}\n\n`
}

function toData(event: WatchEvent): unknown {
  if (event.kind === 'transition') return event.transition
  if (event.kind === 'generation') return { generation: event.generation }
  if (event.kind === 'incident') return { incident: event.incident.id, ...event.line }
  if (event.kind === 'notification') return { id: event.notification.id, state: event.notification.state }
  if (event.kind === 'deploy') return event.deploy
  const { system, check, location, slot, trigger, startedAt, duration, verdict, reason } = event.result
  return {
    run: runId(event.result),
    system,
    check,
    location,
    slot,
    trigger,
    startedAt,
    duration,
    verdict,
    ...(reason === undefined ? {} : { reason }),
  }
}
