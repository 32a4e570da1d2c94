/** Content-Security-Policy: read as a browser reads it, and judged as Mozilla Observatory judges it. Pure. */

import { type Finding, finding } from './finding.ts'

/** Sources by directive, all in small letters. */
export interface Policy {
  readonly directives: ReadonlyMap<string, ReadonlySet<string>>
  /** A directive for reports was written twice, which does no harm. */
  readonly repeated: boolean
}

/** Policies that hold together: a source counts where all of them have it. A sentence when they cannot be read. */
export function parsePolicies(texts: readonly string[]): Policy | string {
  const directives = new Map<string, ReadonlySet<string>>()
  let repeated = false
  for (const [index, text] of texts.entries()) {
    const policy = parsePolicy(text)
    if (typeof policy === 'string') return policy
    repeated ||= policy.repeated
    for (const [name, sources] of policy.directives) {
      const both = index === 0 ? sources : intersection(directives.get(name) ?? new Set(), sources)
      // What a later policy alone restricts is restricted by the first in another way: nothing is admitted by that directive.
      directives.set(name, index > 0 && both.size === 0 ? new Set(["'none'"]) : both)
    }
  }
  return { directives, repeated }
}

function parsePolicy(text: string): Policy | string {
  const directives = new Map<string, ReadonlySet<string>>()
  let repeated = false
  if (text.trim().length < 6) return `a policy that is too short: '${text.trim()}'`
  for (const part of text.split(';')) {
    const [written = '', ...sources] = part.trim().split(/\s+/)
    const name = written.toLowerCase()
    if (name === '') continue
    if (directives.has(name)) {
      if (name !== 'report-uri' && name !== 'report-to') return `${name} twice in one policy`
      repeated = true
      continue
    }
    // A list of sources without any is the same as none.
    const none = sources.length === 0 && name.endsWith('-src')
    directives.set(name, new Set(none ? ["'none'"] : sources.map(source => source.toLowerCase())))
  }
  return { directives, repeated }
}

const intersection = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter(source => b.has(source)))

const broad = ['ftp:', 'http:', 'https:', '*', 'http://*', 'http://*.*', 'https://*', 'https://*.*']
const inline = ["'unsafe-inline'", 'data:']
const anything: ReadonlySet<string> = new Set(['*'])

const isBroad = (source: string) => broad.includes(source)
const isBroadOrInline = (source: string) => isBroad(source) || inline.includes(source)
const isPinned = (sources: Iterable<string>) =>
  [...sources].some(source => /^'(?:nonce-|sha(?:256|384|512)-)/.test(source))
const isInsecure = (source: string) => /^(?:http|ftp):/.test(source)

export interface CspGiven {
  readonly header: readonly string[]
  readonly meta: readonly string[]
  readonly reportOnly: boolean
  /** The page came over HTTPS. */
  readonly secure: boolean
}

const name = 'content-security-policy'

/** Judges the policies of a page; `framing`: they say who may frame it. */
export function judgeCsp(given: CspGiven): { readonly finding: Finding; readonly framing: boolean } {
  const texts = [...given.header, ...given.meta].flatMap(text => text.split(','))
  const policy = parsePolicies(texts)
  if (typeof policy === 'string') return { finding: finding(name, -25, `cannot be read: ${policy}`), framing: false }
  const ineffective = ['frame-ancestors', 'report-uri', 'sandbox']
  const effective =
    given.header.length > 0 || [...policy.directives.keys()].some(directive => !ineffective.includes(directive))
  if (policy.directives.size === 0 || !effective) {
    const what = given.reportOnly ? 'only reports (Content-Security-Policy-Report-Only)' : 'is missing'
    return { finding: finding(name, -25, what), framing: false }
  }
  const [modifier, text] = judgePolicy(policy.directives, given.secure)
  const harmless = policy.repeated && modifier >= -10 && !text.includes('eval')
  return {
    finding: harmless ? finding(name, 0, 'has a directive for reports twice') : finding(name, modifier, text),
    framing: policy.directives.has('frame-ancestors'),
  }
}

function judgePolicy(given: Policy['directives'], secure: boolean): readonly [modifier: number, text: string] {
  const of = (directive: string) => given.get(directive) ?? given.get('default-src') ?? anything
  const script = effectiveScript(of('script-src'))
  if (script === undefined) return [-25, "cannot be read: 'strict-dynamic' without a nonce or a hash"]
  const style = withoutIdleInline(of('style-src'))
  const unsafe = [...[...script].filter(isBroadOrInline), ...[...of('object-src')].filter(isBroad)]
  if (unsafe.length > 0) return [-20, `admits unsafe scripts or objects: ${[...new Set(unsafe)].join(' ')}`]

  const passive = ['img-src', 'media-src']
  const active = [...given].flatMap(([directive, sources]) => {
    if (directive === 'script-src') return [...script]
    return passive.includes(directive) ? [] : [...sources]
  })
  const insecure = active.filter(isInsecure)
  if (secure && insecure.length > 0) return [-20, `admits what comes over plain HTTP: ${insecure.join(' ')}`]
  if ([...script, ...style].includes("'unsafe-eval'")) return [-10, "admits 'unsafe-eval'"]
  const pictures = passive.flatMap(directive => [...(given.get(directive) ?? given.get('default-src') ?? [])])
  const insecurePictures = pictures.filter(isInsecure)
  if (secure && insecurePictures.length > 0)
    return [-10, `admits pictures or media over plain HTTP: ${[...new Set(insecurePictures)].join(' ')}`]
  const loose = [...style].filter(isBroadOrInline)
  if (loose.length > 0) return [0, `admits unsafe styles: ${loose.join(' ')}`]
  const fallback = given.get('default-src')
  if (fallback?.size === 1 && fallback.has("'none'")) return [10, "is safe, with default-src 'none'"]
  return [5, 'is safe']
}

/** What admits scripts in the end; undefined when 'strict-dynamic' stands alone, which admits nothing at all. */
function effectiveScript(sources: ReadonlySet<string>): ReadonlySet<string> | undefined {
  const pinned = withoutIdleInline(sources)
  if (!pinned.has("'strict-dynamic'")) return pinned
  if (!isPinned(pinned)) return undefined
  // Beside it a browser believes neither addresses nor 'self'.
  return new Set([...pinned].filter(source => source !== "'self'" && !broad.some(start => source.startsWith(start))))
}

/** A browser that sees a nonce or a hash takes no notice of 'unsafe-inline'. */
const withoutIdleInline = (sources: ReadonlySet<string>): ReadonlySet<string> =>
  isPinned(sources) ? new Set([...sources].filter(source => source !== "'unsafe-inline'")) : sources
