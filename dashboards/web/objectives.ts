/** "How much may still go wrong?" */

import type { HealthState } from '../../runner/core/contracts.ts'
import type { Burn, DayState, ObjectiveState, PartState, Standing } from '../../runner/core/objectives.ts'
import { count, dash, duration, exact, figure, percent, span, whole } from './format.ts'
import { type Content, html, raw, type Safe } from './html.ts'
import { severityMark } from './incident-words.ts'
import { type Page, tabTitle } from './layout.ts'
import { sign, stateMark } from './marks.ts'
import { checkPath, requirementsPath } from './paths.ts'

export interface ObjectivesData {
  readonly now: number
  readonly systems: readonly {
    readonly id: string
    readonly title: string
    readonly objectives: readonly ObjectiveState[]
  }[]
}

const standings: Readonly<Record<Standing, readonly [HealthState, string]>> = {
  broken: ['down', 'broken'],
  unknown: ['unknown', 'not known'],
  kept: ['up', 'kept'],
}
const worst: readonly Standing[] = ['broken', 'unknown', 'kept']

const isFiring = (objective: ObjectiveState) => objective.parts.some(part => part.firing !== undefined)

export function objectivesPage({ now, systems }: ObjectivesData): Page {
  const all = systems.flatMap(system => system.objectives)
  const of = (standing: Standing) => all.filter(objective => objective.standing === standing).length
  const firing = all.filter(isFiring).length
  const state: HealthState =
    of('broken') > 0 ? 'down' : firing > 0 ? 'degraded' : of('unknown') === all.length ? 'unknown' : 'up'
  const title =
    of('broken') > 0
      ? `${of('broken')} of ${count(all.length, 'objective')} ${of('broken') === 1 ? 'is' : 'are'} broken`
      : of('unknown') === all.length
        ? `Nothing is measured yet of ${count(all.length, 'objective')}`
        : `${of('kept') === all.length ? 'All' : of('kept')} of ${count(all.length, 'objective')} kept`.replace(
            'All of',
            'All',
          )
  return {
    title: tabTitle('Objectives', of('broken'), 'broken'),
    state: all.length === 0 ? 'up' : state,
    here: 'objectives',
    main:
      all.length === 0
        ? teach()
        : html`<section class="headline is-${state}" id="headline" data-live><h1>${sign(state)}${title}</h1>
<p>${firing > 0 ? html`<b>${firing === 1 ? 'One budget burns' : `${firing} budgets burn`} too fast.</b> ` : 'No budget burns too fast. '}${of('unknown') > 0 && of('unknown') < all.length ? `${of('unknown')} cannot be judged yet.` : ''}</p></section>
${systems
  .filter(system => system.objectives.length > 0)
  .map(
    system =>
      html`<section id="system-${system.id}" data-live><h2>${system.title}</h2>${system.objectives
        .toSorted(
          (a, b) => worst.indexOf(a.standing) - worst.indexOf(b.standing) || Number(isFiring(b)) - Number(isFiring(a)),
        )
        .map(objective => card(objective, now))}</section>`,
  )}`,
  }
}

function card(objective: ObjectiveState, now: number): Content {
  const { system, requirement, need, standing } = objective
  return html`<article class="objective is-${standings[standing][0]}"><h3>${stateMark(...standings[standing])} <a href="${requirementsPath(system, requirement)}">${requirement}</a> <span>${need}</span></h3>
${objective.alerts ? '' : html`<p class="quiet note">Only reported: it alerts nobody.</p>`}
${objective.parts.map(part => partOf(objective, part, now))}</article>`
}

function partOf({ system }: ObjectiveState, part: PartState, now: number): Content {
  return html`<section class="objective-part" aria-label="${part.limit}"><h4><code>${part.limit}</code>${part.firing ? html` ${severityMark(part.firing)} <b class="wrong">burns too fast</b>` : ''}</h4>
<div class="objective-words"><p class="quiet">${part.period ? period(part.period, now) : (part.waiting ?? '')}</p>
<dl class="figures">${figures(part).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${part.budget ? budget(part) : ''}${burns(part.burn)}${evidence(system, part)}</div>${calendar(part)}</section>`
}

const period = ({ text, from, to }: NonNullable<PartState['period']>, now: number): Content =>
  html`<span title="${exact(from)} to ${exact(to)}">${text}</span>${to > now ? ` · ${span(to - now)} to go` : ''}`

/** Ratios in percent, durations in their unit, counts as they are. */
function shown({ sli, metric }: PartState, value: number | undefined): string {
  if (value === undefined) return dash
  if (sli === 'ratio') return percent(value, 3)
  if (sli === 'alarm' && metric.endsWith('_s')) return duration(value * 1_000)
  return sli === 'statistic' && metric.endsWith('_ms') ? duration(value) : figure(value)
}

function figures(part: PartState): readonly (readonly [string, Content])[] {
  return [
    ['Measured', html`<b>${shown(part, part.value)}</b>`],
    ['Promised', shown(part, part.target)],
    ...(part.sli === 'alarm' ? [] : runsOf(part)),
  ]
}

function runsOf(part: PartState): readonly (readonly [string, Content])[] {
  return [
    ['Coverage', part.coverage === undefined ? dash : percent(part.coverage, 1)],
    ['Bad runs', `${whole(part.runs.bad)} of ${whole(part.runs.valid)}`],
    ['Unknown', whole(part.runs.unknown)],
  ]
}

// What a period lacks by a restart or two is not worth a word.
const almostAll = 0.95

function budget({ budget: of, runs }: PartState): Content {
  if (!of) return ''
  const { time, left } = of
  const words =
    time === undefined
      ? of.runs.left < 0
        ? `${figure(-of.runs.left)} bad runs more than the budget of ${figure(of.runs.total)}`
        : `${figure(of.runs.left)} of ${figure(of.runs.total)} bad runs left`
      : time.left < 0
        ? `spent: ${minutes(-time.left)} over the budget of ${minutes(time.total)}`
        : `${ofMinutes(time.left, time.total)} left`
  const share = Math.max(0, Math.min(1, left))
  const tone = left <= 0 ? 'none' : left < 0.25 ? 'little' : 'much'
  const bar = raw(
    `<svg class="budget b-${tone}" width="100%" height="14" aria-hidden="true"><rect class="rail" width="100%" height="14"/><rect class="fill" width="${Math.round(share * 1_000) / 10}%" height="14"/></svg>`,
  )
  const note =
    runs.valid === 0
      ? 'nothing judged yet'
      : time !== undefined && time.total < almostAll * time.whole
        ? `of the time that is measured; a whole period has ${minutes(time.whole)}`
        : ''
  return html`<div class="budget-line"><p><span class="quiet">Budget:</span> <b>${words}</b>${note === '' ? '' : html` <span class="quiet">(${note})</span>`}</p>${bar}</div>`
}

/** `13 minutes`, and larger or smaller units where minutes would mislead. */
function minutes(ms: number): string {
  if (ms === 0) return '0 minutes'
  if (ms < 60_000 || ms >= 10 * 3_600_000) return span(ms)
  const many = ms / 60_000
  return count(Number(many < 10 ? many.toFixed(1) : Math.floor(many)), 'minute')
}

/** `13 of 43 minutes`: the unit once, where it is the same. */
function ofMinutes(left: number, total: number): string {
  const [a, b] = [minutes(left), minutes(total)]
  return `${a.replace(/ minutes$/, b.endsWith(' minutes') ? '' : ' minutes')} of ${b}`
}

function burns(list: readonly Burn[]): Content {
  if (list.length === 0) return ''
  const rate = (value: number | undefined) => (value === undefined ? dash : `${figure(Number(value.toFixed(2)))} ×`)
  return html`<p class="burn"><span class="quiet">Burn rate:</span> ${list.map(
    burn =>
      html`<span class="pair${burn.firing ? ' is-firing' : ''}" title="alerts as ${burn.severity.toUpperCase()} above ${burn.factor} × over ${burn.window} and ${span(burn.short)}">${burn.firing ? sign('down') : ''}<span class="quiet">${burn.window}</span> ${rate(burn.rate)} <span class="quiet">of ${figure(burn.factor)}</span>${burn.firing ? html` <b>fires</b>` : idle(burn)}</span> `,
  )}</p>`
}

/** Why a rate above its factor alerts nobody, which else would seem to be a mistake. */
function idle({ rate, shortRate, factor, short }: Burn): Content {
  if (rate === undefined || rate <= factor) return ''
  const why = shortRate === undefined || shortRate > factor ? 'too few runs yet' : `not in the last ${span(short)}`
  return html` <span class="quiet">(${why})</span>`
}

const cell = 13
const dayWords: Readonly<Record<Standing, string>> = { kept: 'kept', broken: 'broken', unknown: 'no data' }
const dayShapes: Readonly<Record<Standing, (x: number, y: number) => string>> = {
  kept: (x, y) => `M${x} ${y}h10v10h-10z`,
  // A cross is cut out, so that a broken day is seen without its colour.
  broken: (x, y) =>
    `M${x} ${y}h10v10h-10zM${x + 2} ${y + 3.4}l1.4-1.4 1.6 1.6 1.6-1.6 1.4 1.4-1.6 1.6 1.6 1.6-1.4 1.4-1.6-1.6-1.6 1.6-1.4-1.4 1.6-1.6z`,
  unknown: (x, y) => `M${x + 4} ${y + 4}h2v2h-2z`,
}

/** Weeks as columns, Monday on top. */
function calendar(part: PartState): Content {
  const { days } = part
  if (days.length === 0) return ''
  const weekday = (day: DayState) => (new Date(`${day.day}T12:00:00Z`).getUTCDay() + 6) % 7
  const first = weekday(days[0]!)
  const cells = days.map((day, index) => {
    const [x, y] = [Math.floor((first + index) / 7) * cell + 1, weekday(day) * cell + 1]
    const coverage = day.coverage === undefined ? '' : `, ${percent(day.coverage, 0)} covered`
    const value = day.value === undefined ? '' : ` ${shown(part, day.value)}`
    return `<g><title>${day.day}: ${dayWords[day.standing]}${value}${coverage}</title><path class="hit" d="M${x - 1} ${y - 1}h${cell}v${cell}h-${cell}z"/><path fill-rule="evenodd" class="c-${day.standing}" d="${dayShapes[day.standing](x, y)}"/></g>`
  })
  const width = Math.ceil((first + days.length) / 7) * cell + 1
  const many = (standing: Standing) => days.filter(day => day.standing === standing).length
  const summary = (['kept', 'broken', 'unknown'] as const)
    .filter(standing => many(standing) > 0)
    .map(standing => html`<span class="key c-${standing}">${count(many(standing), 'day')} ${dayWords[standing]}</span>`)
  const svg: Safe = raw(
    `<svg class="calendar" viewBox="0 0 ${width} ${7 * cell + 1}" width="${width}" height="${7 * cell + 1}" aria-hidden="true">${cells.join('')}</svg>`,
  )
  return html`<figure class="days-of"><div class="scroll" tabindex="0" role="region" aria-label="Calendar of days for ${part.limit}">${svg}</div><figcaption>${summary}<span class="quiet">${days[0]!.day} to ${days.at(-1)!.day}, a column a week from Monday on; a cross is broken, a dot no data</span></figcaption></figure>`
}

const mostChecks = 6

/** The runs that lowered it, check by check. */
function evidence(system: string, { checks, runs, period: of }: PartState): Content {
  if (checks.length === 0) return ''
  const range = of && of.to - of.from <= 7 * 86_400_000 ? '7d' : '30d'
  const lead = runs.bad > 0 ? 'What lowered it:' : 'Counted from:'
  return html`<p class="note"><span class="quiet">${lead}</span> ${checks
    .slice(0, mostChecks)
    .map(
      (check, index) =>
        html`${index > 0 ? ', ' : ''}<a href="${checkPath({ system, check })}${runs.bad > 0 ? `?range=${range}&verdict=failed#troubles` : ''}">${check}</a>`,
    )}${checks.length > mostChecks ? ` and ${checks.length - mostChecks} more` : ''}</p>`
}

const teach = (): Content => html`<section class="empty"><h1>No objective yet</h1>
<p>An objective takes its limits from a requirement and says how much may go wrong before people are woken:</p>
<pre tabindex="0"><code>defineSystem('shop', {
  requirements: [{
    id: 'SHOP-01', need: 'the shop is up', verify: 'slo', broken: 'an outage of 50 minutes', source: 'Contract, 2.1',
    threshold: [{ metric: 'availability', gte: 0.999, window: '30d' }],
  }],
  objectives: [objective('availability', { from: 'SHOP-01' })],
})</code></pre>
<p>99.9 % of 30 days leave 43 minutes. Runs that Vedette could not judge, and maintenance, take nothing from it.</p></section>`
