/** What people do about trouble, as pages and API take it. */

import type { FastifyRequest } from 'fastify'
import { RunnerFault } from '../core/fault.ts'
import type { Actor } from '../core/ports.ts'
import type { Rooms } from './rooms.ts'

/** Whose doing it is, for the record: no route that changes something lets a stranger through. */
export async function actorOf({ access }: Rooms, request: FastifyRequest): Promise<Actor> {
  const asker = await access.asker(request)
  if (asker === undefined) throw new Error(`expected ${request.method} ${request.url} to need a right, found none`)
  return { name: asker.name }
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
export const field = (request: FastifyRequest, name: string): string => rawField(request, name).trim()

/** As it was typed: a password may begin with a space. */
export function rawField(request: FastifyRequest, name: string): string {
  const value = ((request.body ?? {}) as Readonly<Record<string, unknown>>)[name]
  return typeof value === 'string' ? value : ''
}
