/** Who may do something about trouble, in the one place that the pages ask. */

import type { FastifyRequest } from 'fastify'
import { RunnerFault } from '../core/fault.ts'
import type { Actor } from '../core/ports.ts'
import type { Rooms } from './rooms.ts'

/** Whether the forms are shown. */
export const mayAct = ({ guard }: Rooms, request: FastifyRequest): boolean => guard.isSignedIn(request)

/** Refuses a request that may not change something; whose doing it is, for the record. */
export function actorOf({ guard }: Rooms, request: FastifyRequest): Actor {
  guard.mayChange(request)
  return { name: 'Somebody with the token' }
}

/** What the alarms refuse is the asker's mistake, and said in full. */
export async function granted<Value>(change: Promise<Value>): Promise<Value> {
  try {
    return await change
  } catch (error) {
    if (error instanceof RunnerFault) throw Object.assign(new Error(error.message), { statusCode: 409 })
    throw error
  }
}

/** A field of a form as text without spaces at its ends. */
export function field(request: FastifyRequest, name: string): string {
  const value = ((request.body ?? {}) as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value.trim() : ''
}
