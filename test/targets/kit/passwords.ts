import { createHash } from 'node:crypto'

// A real system takes a slow hash; a reference that a hundred people sign in to at once does not.
export const hashPassword = (password: string): string => createHash('sha256').update(password).digest('base64')
