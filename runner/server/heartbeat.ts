/**
 * Where jobs send their signals: `/heartbeat/<token>`, with `/start`, `/success` or `/failure` behind it. The token is all that is asked for.
 * POST is meant; GET counts as well, because a job may have no more than `wget`, and because the dead man's switch of another Vedette asks with
 * it. A browser, or whatever looks at links for people, asks for a page: that is no signal.
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { RunnerFault } from '../core/fault.ts'
import { type BeatKind, beatKinds } from '../core/heartbeats.ts'
import type { CheckKey } from '../core/ports.ts'
import { readSignal } from './heartbeat-body.ts'
import { HttpProblem } from './problem.ts'
import { createRateLimit } from './rate-limit.ts'
import { about, answers, asks } from './rights.ts'
import type { Rooms } from './rooms.ts'

const mostBytes = 100_000

const taken = z.object({
  check: z.string(),
  kind: z.enum(beatKinds),
  at: z.number().describe('epoch milliseconds'),
  facts: z.record(z.string(), z.number()),
  ignored: z.array(z.string()).optional().describe('names that are no facts: their values are no numbers'),
})

/** An address as it may be written down. */
export const withoutToken = (url: string): string => url.replace(/^(\/heartbeat\/)[^/?]+/, '$1[token]')

export function serveHeartbeats(app: FastifyInstance, { watch, clock }: Rooms): void {
  const limit = createRateLimit<CheckKey>({ clock, burst: 30, perMinute: 60 })

  const receive = async (request: FastifyRequest, reply: FastifyReply) => {
    const { token, kind = 'success' } = request.params as { readonly token: string; readonly kind?: string }
    const key = watch.alarms.heartbeatOf(token)
    if (key === undefined) throw unknownToken
    if (!isKind(kind)) throw notAKind(kind)
    const wait = limit(key)
    if (wait > 0) {
      reply.header('retry-after', String(Math.ceil(wait / 1_000)))
      throw new HttpProblem(429, {
        expected: 'at most 60 signals a minute',
        found: 'more',
        mend: 'send them at the end of a job',
      })
    }
    const { facts, text, ignored } = readSignal(request.body ?? request.url.split('?')[1])
    const beat = await watch.alarms
      .beat(token, { kind, facts, ...(text === undefined ? {} : { text }) })
      .catch((error: unknown) => {
        if (error instanceof RunnerFault) throw notStored(error.message)
        throw error
      })
    reply.header('cache-control', 'no-store')
    return { check: key, kind, at: beat.at, facts, ...(ignored.length === 0 ? {} : { ignored }) }
  }

  void app.register(async signals => {
    // Whatever a job sends and calls it, it is read here.
    signals.removeAllContentTypeParsers()
    signals.addContentTypeParser('*', { parseAs: 'string', bodyLimit: mostBytes }, (_request, body, done) =>
      done(null, body),
    )
    for (const path of ['/heartbeat/:token', '/heartbeat/:token/:kind']) {
      signals.post(
        path,
        {
          ...asks('public'),
          schema: {
            ...about(
              'heartbeats',
              path.endsWith('kind')
                ? 'A job tells that it starts, succeeded or failed'
                : 'A job tells that it succeeded',
            ),
            ...answers(taken),
          },
        },
        receive,
      )
      signals.get(path, { ...asks('public'), exposeHeadRoute: false }, (request, reply) => {
        if ((request.headers.accept ?? '').includes('text/html')) throw aPage(reply)
        return receive(request, reply)
      })
    }
  })
}

const isKind = (word: string): word is BeatKind => beatKinds.some(kind => kind === word)

const unknownToken = new HttpProblem(404, {
  expected: 'the address of a heartbeat',
  found: 'another token',
  mend: '`vedette heartbeats` shows the addresses; a renamed heartbeat has a new one',
})

const notAKind = (word: string) =>
  new HttpProblem(404, {
    expected: `nothing, /${beatKinds.join(', /')} behind the token`,
    found: `/${word}`,
    mend: 'correct the address',
  })

const notStored = (why: string) =>
  new HttpProblem(503, { expected: 'to store the signal', found: why, mend: 'send it again, as `curl --retry` does' })

function aPage(reply: FastifyReply) {
  reply.header('allow', 'POST')
  return new HttpProblem(405, {
    expected: 'a job that sends its signal',
    found: 'somebody who looks at a page, which is no signal',
    mend: 'use POST: curl -X POST <this address>',
  })
}
