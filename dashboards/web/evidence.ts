/** The first failure beside the last run that passed; what differs is marked. */

import type { Artifact, Result } from '../../runner/core/contracts.ts'
import { dash, duration, exact, figure } from './format.ts'
import { type Content, html } from './html.ts'
import { verdictMark } from './marks.ts'
import { artifactPath, checkPath, runPath, tracePath } from './paths.ts'
import { phaseNames, phaseTotal } from './run-table.ts'

export interface Evidence {
  readonly failure?: Result
  readonly pass?: Result
  /** Nothing passed before, as far as is known. */
  readonly neverPassed?: boolean
}

/** One line of the comparison. */
interface Line {
  readonly name: Content
  readonly pass: Content
  readonly failure: Content
  readonly differs: boolean
}

export function evidence({ failure, pass, neverPassed }: Evidence): Content {
  const any = failure ?? pass
  if (any === undefined) return ''
  const gone = html`<span class="quiet">not kept any more</span>`
  const head = (result: Result | undefined) =>
    result ? html`<a href="${runPath(result)}">${exact(result.startedAt)}</a>` : gone
  const lines = [...facts(pass, failure), ...figures(pass, failure), ...steps(pass, failure), ...phases(pass, failure)]
  return html`<section id="evidence"><h2>First failure beside the last pass</h2>
<p class="note">Of <a href="${checkPath(any)}">${any.system}/${any.check}</a>. What differs is marked <span class="differs">≠</span>.</p>
<table class="beside" role="table" aria-label="First failure beside the last pass">
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col"><span class="unseen">What</span></th><th role="columnheader" scope="col">Last pass<br>${neverPassed ? html`<span class="quiet">none is known</span>` : head(pass)}</th><th role="columnheader" scope="col">First failure<br>${head(failure)}</th></tr></thead>
<tbody role="rowgroup">${lines.map(
    line =>
      html`<tr role="row"${line.differs ? html` class="is-different"` : ''}><th role="rowheader" scope="row">${line.name}${line.differs ? html` <span class="differs" title="differs">≠<span class="unseen"> differs</span></span>` : ''}</th><td role="cell">${line.pass}</td><td role="cell">${line.failure}</td></tr>`,
  )}</tbody></table>${screenshots(pass, failure)}</section>`
}

function facts(pass: Result | undefined, failure: Result | undefined): readonly Line[] {
  const line = (
    name: string,
    of: (result: Result) => string | number | undefined,
    show?: (result: Result) => Content,
  ) => {
    const [a, b] = [pass && of(pass), failure && of(failure)]
    const shown = (result: Result | undefined, value: string | number | undefined): Content =>
      result === undefined ? dash : show ? show(result) : (value ?? dash)
    // A revision that was not read is no other revision; only a reason is news by itself.
    const isKnown = name === 'Why' || (a !== undefined && b !== undefined)
    return {
      name,
      pass: shown(pass, a),
      failure: shown(failure, b),
      differs: isKnown && isOther(pass, failure, a, b),
    }
  }
  return [
    line(
      'Verdict',
      result => result.verdict,
      result => verdictMark(result.verdict),
    ),
    line(
      'Why',
      result => result.detail ?? result.reason,
      result =>
        html`${result.reason ? html`<b>${result.reason}</b> ` : ''}<span class="said">${result.detail ?? dash}</span>`,
    ),
    line('Attempts', result => result.attempts),
    line(
      'Revision',
      result => result.revision,
      result => (result.revision ? html`<code>${result.revision}</code>` : dash),
    ),
    line('Location', result => result.location),
    line('Browser', result => result.runner.browser),
    timed('Duration', pass?.duration, failure?.duration),
  ].filter(({ pass: a, failure: b }) => a !== dash || b !== dash)
}

const isOther = (pass: unknown, failure: unknown, a: unknown, b: unknown): boolean =>
  pass !== undefined && failure !== undefined && a !== b

// Durations are never equal: twice as long, and long enough to be felt, is a difference.
const felt = 20

function timed(name: Content, a: number | undefined, b: number | undefined): Line {
  const [low, high] = [Math.min(a ?? 0, b ?? 0), Math.max(a ?? 0, b ?? 0)]
  const differs = a !== undefined && b !== undefined && !isNear(a, b) && high - low >= felt
  return { name, pass: duration(a), failure: duration(b), differs }
}

function figures(pass: Result | undefined, failure: Result | undefined): readonly Line[] {
  const names = [...new Set([...Object.keys(pass?.metrics ?? {}), ...Object.keys(failure?.metrics ?? {})])]
  const value = (result: Result | undefined, name: string) => result?.metrics[name]
  return names.map(name => {
    const [a, b] = [value(pass, name), value(failure, name)]
    const shown = (number: number | undefined) => (number === undefined ? dash : figure(number))
    return {
      name: html`<code>${name}</code>`,
      pass: shown(a),
      failure: shown(b),
      differs: isOther(pass, failure, a, b) && !(isMeasured(name, a, b) && isNear(a ?? 0, b ?? 0)),
    }
  })
}

/** Figures that are never quite the same twice: times, sizes, shares. Codes and counts are. */
const isMeasured = (name: string, ...values: readonly (number | undefined)[]): boolean =>
  /(_ms|_s|_bytes|^bytes.*)$|^body_/.test(name) || values.some(value => value !== undefined && !Number.isInteger(value))

const isNear = (a: number, b: number): boolean => Math.max(a, b) < 2 * Math.min(a, b)

function phases(pass: Result | undefined, failure: Result | undefined): readonly Line[] {
  const has = (result: Result | undefined) => (result?.phases.length ?? 0) > 0
  if (!has(pass) && !has(failure)) return []
  // A phase that never came is the difference that says most.
  return phaseNames.map(name => {
    const of = (result: Result | undefined) =>
      result?.phases.some(phase => phase.name === name) ? phaseTotal(result, name) : undefined
    const [a, b] = [of(pass), of(failure)]
    const line = timed(html`<span class="key f-${name}">${name}</span>`, a, b)
    return { ...line, differs: line.differs || ((a === undefined) !== (b === undefined) && has(pass) && has(failure)) }
  })
}

function steps(pass: Result | undefined, failure: Result | undefined): readonly Line[] {
  const titles = [...new Set([...(pass?.steps ?? []), ...(failure?.steps ?? [])].map(step => step.title))]
  return titles.map(title => {
    const of = (result: Result | undefined) => result?.steps.find(step => step.title === title)
    const [a, b] = [of(pass), of(failure)]
    const shown = (step: ReturnType<typeof of>, result: Result | undefined): Content => {
      if (step === undefined) return result === undefined ? dash : html`<span class="quiet">not reached</span>`
      return step.error === undefined
        ? duration(step.duration)
        : html`${verdictMark('failed')} after ${duration(step.duration)}<pre class="wrap" tabindex="0">${step.error}</pre>`
    }
    const differs =
      isOther(pass, failure, a === undefined, b === undefined) ||
      isOther(pass, failure, a?.error !== undefined, b?.error !== undefined)
    const line = timed(title, a?.duration, b?.duration)
    return { ...line, pass: shown(a, pass), failure: shown(b, failure), differs: differs || line.differs }
  })
}

function screenshots(pass: Result | undefined, failure: Result | undefined): Content {
  const first = (result: Result | undefined) => result?.artifacts.find(({ kind }) => kind === 'screenshot')
  const trace = failure?.artifacts.find(({ kind }) => kind === 'trace')
  const shown = (artifact: Artifact | undefined, word: string) =>
    artifact
      ? html`<figure><a href="${artifactPath(artifact)}"><img src="${artifactPath(artifact)}" alt="Screenshot of the ${word}" loading="lazy"></a><figcaption>${word}</figcaption></figure>`
      : html`<figure><p class="quiet">No screenshot is kept.</p><figcaption>${word}</figcaption></figure>`
  const [a, b] = [first(pass), first(failure)]
  return html`${a || b ? html`<div class="shots two">${shown(a, 'last pass')}${shown(b, 'first failure')}</div>` : ''}${
    trace
      ? html`<div class="actions"><a class="button" href="${tracePath(trace)}">Open the trace of the failure</a></div>`
      : ''
  }`
}
