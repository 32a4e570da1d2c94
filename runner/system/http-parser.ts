/** Reads one HTTP/1.1 answer (RFC 9112) from bytes that may be cut anywhere, and refuses what the standard refuses. */

export type Headers = Readonly<Record<string, string | readonly string[]>>

export interface AnswerEvents {
  /** An interim answer (1xx). False: no more of them. */
  onInterim(status: number): boolean
  onHead(status: number, headers: Headers, version: 1 | 1.1): void
  /** A part of the body, without the frames of chunks. It is a view of what was written. */
  onData(part: Buffer): void
  onEnd(): void
  /** There is no whole answer; nothing comes after it. */
  onTrouble(kind: 'limit' | 'broken', detail: string): void
}

export interface AnswerParser {
  write(chunk: Buffer): void
  /** The other side will say no more. */
  end(): void
}

/** Bytes of all heads of one answer, and of its trailers; that bounds the number of headers as well. */
const mostHeadBytes = 64 * 1_024
/** Bytes of the line that tells the size of a chunk, with its extensions. */
const mostSizeBytes = 16 * 1_024

const statusLine = /^HTTP\/1\.([01]) (\d{3})(?: .*)?$/s
const beginning = 'HTTP/1.'
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
// Everything but control characters; a tab is none here.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const control = /[\0-\x08\x0a-\x1f\x7f]/
/** Digits, and extensions of a name and perhaps a value. */
const sizeLine = /^([0-9A-Fa-f]{1,16})(?:;[!#$%&'*+.^_`|~\w-]+(?:=(?:[!#$%&'*+.^_`|~\w-]+|"(?:[^"\\]|\\.)*"))?)*$/

type State = 'status' | 'headers' | 'length' | 'close' | 'size' | 'chunk' | 'chunkEnd' | 'trailers' | 'over'

/** `hasBody` is false for the answer to a HEAD, which tells of a body and has none. */
export function createAnswerParser(hasBody: boolean, events: AnswerEvents): AnswerParser {
  let state: State = 'status'
  let pending = ''
  let counted = 0
  let status = 0
  let version: 1 | 1.1 = 1.1
  let headers: Record<string, string | string[]> = Object.create(null)
  let left = 0

  const wanted = () => (state === 'status' || state === 'headers' ? 'an HTTP answer' : 'the rest of the body')
  const fail = (kind: 'limit' | 'broken', detail: string) => {
    state = 'over'
    events.onTrouble(kind, detail)
  }
  const breaks = (what: string) =>
    fail('broken', `expected ${wanted()}, found bytes that break the rules of HTTP (${what})`)
  const finish = () => {
    state = 'over'
    events.onEnd()
  }

  const onStatus = (line: string) => {
    const [, minor, code] = statusLine.exec(line) ?? []
    status = Number(code)
    if (code === undefined || status < 100) return breaks(`a status line such as 'HTTP/1.1 200 OK' was due`)
    version = minor === '0' ? 1 : 1.1
    state = 'headers'
  }

  /** The name in small letters and the value without white space around it. */
  const fieldOf = (line: string): readonly [string, string] | undefined => {
    const colon = line.indexOf(':')
    const name = line.slice(0, Math.max(0, colon))
    if (!token.test(name)) {
      // That a line goes on in the next one was given up: programs do not agree on what it means.
      breaks(/^[ \t]/.test(line) ? 'a header that goes on in the next line' : 'a header without a right name')
      return undefined
    }
    const value = line.slice(colon + 1)
    if (control.test(value)) {
      breaks(`a control character in the header ${name.slice(0, 80)}`)
      return undefined
    }
    return [name.toLowerCase(), trimmed(value)]
  }

  const onField = (line: string) => {
    const field = fieldOf(line)
    if (field === undefined || state === 'trailers') return
    const [name, value] = field
    const known = headers[name]
    if (known === undefined) headers[name] = value
    else if (typeof known === 'string') headers[name] = [known, value]
    else known.push(value)
  }

  const onHeadEnd = () => {
    if (status < 200) {
      if (status === 101) {
        return fail('broken', 'expected an HTTP answer, found a change of protocol (101) that was not asked for')
      }
      headers = Object.create(null)
      state = events.onInterim(status) ? 'status' : 'over'
      return
    }
    const encoding = headers['transfer-encoding']
    const length = headers['content-length']
    if (typeof length === 'object') {
      return fail('broken', 'expected an HTTP answer, found another length beside what content-length says')
    }
    if (length !== undefined && encoding !== undefined) {
      return fail('broken', 'expected an HTTP answer, found a transfer-encoding beside what content-length says')
    }
    left = length === undefined ? 0 : Number(length)
    if (length !== undefined && !(/^\d+$/.test(length) && Number.isSafeInteger(left))) {
      return breaks('a content-length that is no number')
    }
    const none = !hasBody || status === 204 || status === 304
    state =
      encoding === undefined ? (length === undefined ? 'close' : 'length') : isChunked(encoding) ? 'size' : 'close'
    counted = 0
    events.onHead(status, headers, version)
    if (none || (state === 'length' && left === 0)) finish()
  }

  const onSize = (line: string) => {
    const [, digits] = sizeLine.exec(line) ?? []
    left = Number.parseInt(digits ?? '', 16)
    if (!Number.isSafeInteger(left) || control.test(line)) return breaks('a size of a chunk that is no number')
    counted = 0
    state = left === 0 ? 'trailers' : 'chunk'
  }

  const onLine = (line: string) => {
    if (state === 'status') return line === '' ? undefined : onStatus(line)
    if (state === 'size') return onSize(line)
    if (state === 'chunkEnd') {
      if (line !== '') return breaks('a chunk longer than its size')
      state = 'size'
      counted = 0
      return
    }
    if (line !== '') return onField(line)
    return state === 'headers' ? onHeadEnd() : finish()
  }

  /** Returns where the line ended, or the end of what there is. */
  const readLine = (chunk: Buffer, from: number): number => {
    const newline = chunk.indexOf(0x0a, from)
    const next = newline < 0 ? chunk.length : newline + 1
    counted += next - from
    if (state === 'size' && counted > mostSizeBytes) {
      fail('limit', 'expected sizes of chunks in lines of at most 16 KiB, found a longer one')
      return next
    }
    if (counted > mostHeadBytes) {
      fail('limit', 'expected headers of at most 64 KiB, found more')
      return next
    }
    pending += chunk.toString('latin1', from, next)
    if (newline >= 0) {
      const line = pending
      pending = ''
      if (line.length > 1 && line.indexOf('\r') === line.length - 2) onLine(line.slice(0, -2))
      else if (state !== 'status' || line !== '\n') breaks('a line that does not end with CR LF')
    } else if (cannotBecome())
      breaks(state === 'status' ? 'something else than HTTP/1' : 'a chunk longer than its size')
    return next
  }

  /** What will never be right is told at once: the other side may wait for us to speak. */
  const cannotBecome = () =>
    (state === 'status' && pending !== '\r' && !pending.startsWith(beginning) && !beginning.startsWith(pending)) ||
    (state === 'chunkEnd' && pending !== '\r')

  /** Returns where the part of the body ended. */
  const readBody = (chunk: Buffer, from: number): number => {
    const rest = chunk.length - from
    const taken = state === 'close' ? rest : Math.min(left, rest)
    if (state !== 'close') left -= taken
    events.onData(from === 0 && taken === chunk.length ? chunk : chunk.subarray(from, from + taken))
    if (state === 'length' && left === 0) finish()
    else if (state === 'chunk' && left === 0) state = 'chunkEnd'
    return from + taken
  }

  return {
    write(chunk) {
      let at = 0
      while (at < chunk.length && state !== 'over') {
        at = state === 'length' || state === 'close' || state === 'chunk' ? readBody(chunk, at) : readLine(chunk, at)
      }
    },
    end() {
      if (state === 'close') finish()
      else if (state !== 'over') {
        fail('broken', `expected ${wanted()}, found that the other side closed the connection`)
      }
    },
  }
}

/** Whether the last encoding is the one that frames the body. */
const isChunked = (encoding: string | readonly string[]) =>
  /(?:^|,)[ \t]*chunked$/i.test(typeof encoding === 'string' ? encoding : encoding.at(-1)!)

function trimmed(value: string): string {
  let from = 0
  let to = value.length
  while (from < to && isBlank(value.charCodeAt(from))) from += 1
  while (to > from && isBlank(value.charCodeAt(to - 1))) to -= 1
  return value.slice(from, to)
}

const isBlank = (code: number) => code === 0x20 || code === 0x09
