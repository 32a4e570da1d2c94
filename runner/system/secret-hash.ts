import { createHash, randomBytes } from 'node:crypto'

/** A secret that nobody can guess: 32 bytes, safe in a URL and a header. */
export const makeSecret = (): string => randomBytes(32).toString('base64url')

/** What is kept of such a secret. It needs no salt and no costs: there is nothing to guess. */
export const hashOfSecret = (secret: string): string => createHash('sha256').update(secret).digest('base64url')
