/** "Can what these pages say be believed?" */

import type { Sign } from '../../runner/core/own-state.ts'
import type { SelfStats, StoreStats } from '../../runner/core/ports.ts'
import { ago, bytes, count, dash, duration, exact, percent, span, whole } from './format.ts'
import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'
import { sign } from './marks.ts'
import { rowsTable } from './rows.ts'

/** Time in which checks could not be judged, by what was said about it. */
export interface UnknownTime {
  readonly reason: string
  readonly detail: string
  readonly runs: number
  readonly checks: number
  /** Intervals of the checks, added up. */
  readonly time: number
  readonly newestRun: string
  readonly newestAt: number
}

export interface SelfData {
  readonly now: number
  readonly self: SelfStats
  readonly store: StoreStats
  /** Scheduled runs of the last day. */
  readonly day: {
    readonly runs: number
    readonly failed: number
    readonly unknown: number
    /** Failed at the first attempt and passed at a later one. */
    readonly retried: number
  }
  /** Most time first. */
  readonly unknown: readonly UnknownTime[]
  readonly isCut: boolean
  readonly quarantined: readonly {
    readonly name: string
    /** Of its page; a folder of journeys has none. */
    readonly path?: string
    readonly until: number
    readonly reason: string
  }[]
  readonly checks: number
}

export function selfPage(data: SelfData): Page {
  const { self, day } = data
  const isFine = self.ready && !self.refused?.length && !self.unlisted?.length && self.guard.trouble === undefined
  const state = !self.ready ? 'down' : isFine ? 'up' : 'degraded'
  const known = day.runs === 0 ? undefined : 1 - day.unknown / day.runs
  return {
    title: `${self.ready ? '' : '(not ready) '}The monitor itself`,
    state,
    here: 'self',
    main: html`<section class="headline is-${state}" id="headline" data-live><h1>${sign(state)}${
      self.ready
        ? isFine
          ? 'The monitor is well'
          : self.guard.trouble === undefined
            ? 'The monitor goes on with what it has'
            : 'The monitor cannot see everything'
        : 'The monitor is not ready'
    }</h1>
<p>${self.ready ? html`${count(data.checks, 'check')}; ${known === undefined ? 'no run in the last day' : html`${percent(known)} of ${count(day.runs, 'run')} of the last day could be judged`}` : (self.notReady ?? 'starting')}</p></section>
${tiles(data)}
${ownTrouble(data)}
${unknownTime(data)}
${falseAlarms(data)}
${history(data)}`,
  }
}

const facts = (id: string, title: string, list: readonly (readonly [string, Content, string?])[]): Content =>
  html`<section id="${id}" data-live><h2>${title}</h2><dl class="tiles">${list.map(
    ([name, value, note]) =>
      html`<div><dt>${name}</dt><dd>${value}</dd>${note === undefined ? '' : html`<dd class="quiet">${note}</dd>`}</div>`,
  )}</dl></section>`

const tiles = ({ self, now }: SelfData): Content =>
  facts('schedule', 'Schedule and runners', [
    ['Lateness p50', duration(self.lateness.p50), 'of the last minutes'],
    ['Lateness p99', duration(self.lateness.p99), 'of the last minutes'],
    ['Latest', duration(self.lateness.max), 'of the last minutes'],
    ['Missed runs', self.missed, 'since the start'],
    ['Running', self.running, 'now'],
    ['Waiting', self.queued, 'in the queue'],
    ['Loop delay', duration(self.loopDelay), 'of the probe worker'],
    ['Browsers', self.browsers, 'open'],
    ['Children', self.children, 'processes'],
    ['Generation', self.generation, self.refused?.length ? 'a newer one was refused' : 'of the configuration'],
    ['Started', ago(self.startedAt, now), exact(self.startedAt)],
    deadMansSwitch(self, now),
  ])

/** Whether somebody else would notice if we stopped. */
function deadMansSwitch({ deadMansSwitch: dead }: SelfStats, now: number): readonly [string, Content, string] {
  const name = "Dead man's switch"
  if (dead === undefined) return [name, 'none', 'nobody notices when Vedette stops']
  if (dead.trouble !== undefined) return [name, html`<span class="wrong">not reached</span>`, dead.trouble]
  if (dead.lastAskedAt === undefined) return [name, 'not asked yet', `due every ${span(dead.every)}`]
  const isLate = now - dead.lastAskedAt > 2 * dead.every
  return [
    name,
    html`<span${isLate ? html` class="wrong"` : ''}>${ago(dead.lastAskedAt, now)}</span>`,
    isLate ? `late: due every ${span(dead.every)}` : `asked every ${span(dead.every)}`,
  ]
}

/** Whether failures may be ours, and how many were. */
function ownTrouble({ self: { guard }, now }: SelfData): Content {
  const { trouble, signs, lookedAt } = guard
  const runs = Object.values(guard.excused).reduce((sum, count) => sum + count, 0)
  const current =
    trouble === undefined
      ? ''
      : html`<p><span class="wrong">${own[trouble.sign]}</span> since ${ago(trouble.since, now)}: ${trouble.detail}. ${count(trouble.runs, 'failing run')} ${trouble.runs === 1 ? 'is' : 'are'} unknown for it.</p>`
  return html`<section id="own" data-live><h2>Own trouble</h2>${current}${rowsTable<Sign>({
    label: 'Our own state',
    columns: [
      { name: 'Part', as: 'head', show: ({ name }) => own[name] },
      {
        name: 'State',
        show: ({ trouble }) => (trouble === undefined ? 'well' : html`<span class="wrong">in trouble</span>`),
      },
      { name: 'What was found', as: 'wide', show: ({ trouble = dash }) => trouble },
      { name: 'Runs excused', as: 'num', show: ({ name }) => whole(guard.excused[name]) },
    ],
    rows: signs,
  })}<p class="quiet note">${lookedAt === undefined ? 'Not looked at yet' : html`Looked at ${ago(lookedAt, now)}`}. Since the start ${count(guard.blamed + runs, 'failing run')} ${guard.blamed + runs === 1 ? 'was' : 'were'} held against our own state before anybody was blamed: ${whole(runs)} ours, ${whole(guard.blamed)} left with the target.</p></section>`
}

const own: Readonly<Record<Sign['name'], string>> = {
  link: 'Link',
  resolver: 'Name servers',
  clock: 'Clock',
  cpu: 'CPU and loop delay',
  memory: 'Memory',
  disk: 'Disks',
  browser: 'Browser',
}

function unknownTime({ unknown, isCut, now }: SelfData): Content {
  return html`<section id="unknown" data-live><h2>Unknown time of the last day</h2>${
    unknown.length === 0
      ? html`<p class="quiet">None: every scheduled run could be judged.</p>`
      : rowsTable<UnknownTime>({
          label: 'Unknown time by reason',
          columns: [
            { name: 'Reason', as: 'head', show: ({ reason }) => reason },
            { name: 'What was said', as: 'wide', show: ({ detail }) => detail || dash },
            { name: 'Checks', as: 'num', show: ({ checks }) => checks },
            { name: 'Runs', as: 'num', show: ({ runs }) => runs },
            { name: 'Time', as: 'num', show: ({ time }) => span(time) },
            {
              name: 'Newest',
              as: 'num',
              show: ({ newestRun, newestAt }) => html`<a href="/runs/${newestRun}">${ago(newestAt, now)}</a>`,
            },
          ],
          rows: unknown,
        })
  }<p class="quiet note">Time is the interval of each run that could not be judged, over all checks. It is our own trouble: no target is blamed for it and no budget pays for it.${isCut ? ' Counted among the newest 10,000 of them.' : ''}</p></section>`
}

function falseAlarms({ day, quarantined, now }: SelfData): Content {
  const first = day.retried + day.failed
  return html`${facts('false-alarms', 'False alarms', [
    [
      'Passed on retry',
      first === 0 ? dash : percent(day.retried / first, 1),
      `${day.retried} of ${count(first, 'run')} that failed at first, last day`,
    ],
    ['Failed for good', day.failed, 'last day'],
    [
      'Quarantined',
      quarantined.length,
      quarantined.length === 0 ? 'no check is known to be flaky' : 'open no incident',
    ],
  ])}${
    quarantined.length === 0
      ? ''
      : rowsTable<SelfData['quarantined'][number]>({
          label: 'Quarantined checks',
          columns: [
            {
              name: 'Check',
              as: 'head',
              show: ({ name, path }) => (path === undefined ? name : html`<a href="${path}">${name}</a>`),
            },
            { name: 'Why', as: 'wide', show: ({ reason }) => reason },
            { name: 'Until', as: 'num', show: ({ until }) => (until > now ? exact(until).slice(0, 10) : 'over') },
          ],
          rows: quarantined,
        })
  }`
}

const history = ({ store, now }: SelfData): Content =>
  facts('store', 'History', [
    ['Size', bytes(store.bytes), 'on disk'],
    ['Single runs', whole(store.results), 'kept'],
    ['With details', whole(store.details), 'steps, errors, figures'],
    ['Hours', whole(store.hours), 'rolled up'],
    [
      'Oldest run',
      store.oldest === undefined ? dash : ago(store.oldest, now),
      store.oldest === undefined ? 'none yet' : exact(store.oldest),
    ],
  ])
