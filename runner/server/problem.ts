/** Problems as RFC 9457 describes them, with what was expected, what was found and how to mend it. */

import { createRequire } from 'node:module'

// Not imported: an import reads all that `node:http` exports, among it a WebSocket, for which Node loads the whole of its undici.
const { STATUS_CODES } = createRequire(import.meta.filename)('node:http') as typeof import('node:http')

export interface ProblemDetails {
  readonly expected: string
  readonly found: string
  readonly mend?: string
}

/** Ends a request with a status and a sentence for people. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly statusCode: number
  readonly details: ProblemDetails

  constructor(statusCode: number, details: ProblemDetails) {
    super(
      `expected ${details.expected}, found ${details.found}${details.mend === undefined ? '' : `; ${details.mend}`}`,
    )
    this.statusCode = statusCode
    this.details = details
  }
}

/** A sentence of ours as the parts of a problem. */
export function detailsOf(message: string): ProblemDetails {
  const [, expected = message, found = 'another word', mend] =
    /^expected (.+?), found (.+?)(?:; (.+))?$/s.exec(message) ?? []
  return { expected, found, ...(mend === undefined ? {} : { mend }) }
}

export interface ProblemBody {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly expected?: string
  readonly found?: string
  readonly mend?: string
}

/** What an error says to the outside: ours in full, anything else without its inside. */
export function toProblem(error: unknown): ProblemBody {
  const { statusCode = 500, message } = error as { statusCode?: number; message?: string }
  const title = STATUS_CODES[statusCode] ?? 'Error'
  const about = { type: 'about:blank', title, status: statusCode } as const
  if (error instanceof HttpProblem) return { ...about, detail: error.message, ...error.details }
  const validation = validationOf(error)
  if (validation) {
    const mend = 'see the query parameters of this address in the documentation of the API'
    return { ...about, title: 'Bad Request', status: 400, detail: `${validation}; ${mend}`, found: validation, mend }
  }
  if (statusCode < 500) return { ...about, detail: message ?? title }
  return { ...about, detail: 'Vedette could not answer; its log says why' }
}

function validationOf(error: unknown): string | undefined {
  const { validation } = error as {
    validation?: readonly { readonly instancePath?: string; readonly message?: string }[]
  }
  return validation
    ?.map(({ instancePath = '', message = '' }) => `${instancePath.replace(/^\//, '') || 'request'}: ${message}`)
    .join('; ')
}

/** A message that begins with a small letter, as text of a page. */
export const sentence = (message: string): string =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.?!]$/.test(message) ? '' : '.'}`
