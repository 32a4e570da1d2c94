import { expect, test } from 'vitest'
import { z } from 'zod'
import { contractMismatch } from '../../runner/journeys/fixture/contract.ts'

const jsonSchema = {
  $ref: '#/$defs/Order',
  $defs: { Order: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } },
}

test('says what does not fit a schema of zod or a JSON Schema, and nothing when it fits', async () => {
  for (const contract of [z.object({ id: z.string() }), jsonSchema]) {
    expect(await contractMismatch(contract, { id: 'a', more: 1 })).toBeUndefined()
    expect(await contractMismatch(contract, {})).toMatch(/found id: /)
  }
})

test('a contract that cannot be read is an error', async () => {
  await expect(contractMismatch({ $ref: '#/$defs/Nothing' }, {})).rejects.toThrow(
    /expected a schema of zod or a JSON Schema/,
  )
})
