import { createHmac, timingSafeEqual } from 'node:crypto'

export interface Claims {
  readonly sub: string
  /** `access`, `refresh`, `reset`: a token serves one purpose. */
  readonly use: string
  /** Seconds since the epoch. */
  readonly iat: number
  readonly exp: number
}

export interface Tokens {
  sign(sub: string, use: string, lifeSeconds: number): string
  /** The claims, or why the token is refused. */
  verify(token: string, use: string): Claims | 'forged' | 'expired'
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const header = encode({ alg: 'HS256', typ: 'JWT' })

/** JSON Web Tokens with HS256, on the clock of the system. */
export function createTokens(secret: string, now: () => number): Tokens {
  const signatureOf = (text: string) => createHmac('sha256', secret).update(text).digest()
  return {
    sign(sub, use, lifeSeconds) {
      const iat = Math.floor(now() / 1_000)
      const text = `${header}.${encode({ sub, use, iat, exp: iat + lifeSeconds })}`
      return `${text}.${signatureOf(text).toString('base64url')}`
    },
    verify(token, use) {
      const [head, body, signature, ...rest] = token.split('.')
      if (head !== header || !body || !signature || rest.length > 0) return 'forged'
      const given = Buffer.from(signature, 'base64url')
      const right = signatureOf(`${head}.${body}`)
      if (given.length !== right.length || !timingSafeEqual(given, right)) return 'forged'
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Claims
      if (claims.use !== use) return 'forged'
      return claims.exp * 1_000 <= now() ? 'expired' : claims
    },
  }
}

/** Whom an access token names, whoever signed it; empty when it names nobody. */
export function subjectOf(token: string): string {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    return claims.use === 'access' ? String(claims.sub) : ''
  } catch {
    return ''
  }
}
