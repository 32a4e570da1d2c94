/** "Who may do what here?" */

import type { MachineToken, Person, Right, Role } from '../../runner/core/accounts.ts'
import { ago, count, until } from './format.ts'
import { type Content, html } from './html.ts'
import type { Page } from './layout.ts'
import { personPath, tokenPath } from './paths.ts'
import { type Column, rowsTable } from './rows.ts'

export interface PeopleData {
  readonly now: number
  readonly people: readonly ShownPerson[]
  readonly tokens: readonly ShownToken[]
  /** The name of whoever looks at it. */
  readonly you: string
  /** Reading needs a sign-in. */
  readonly signIn: boolean
  readonly shortestPassword: number
  readonly refused?: RefusedForm
  /** A token that was made just now: its secret is shown this once. */
  readonly made?: { readonly name: string; readonly secret: string }
}

export type ShownPerson = Pick<Person, 'name' | 'role' | 'createdAt' | 'signedInAt'> & { readonly sessions: number }
export type ShownToken = MachineToken & { readonly isExpired: boolean }

export interface RefusedForm {
  /** Its address. */
  readonly action: string
  /** Why, as a sentence. */
  readonly trouble: string
  /** What stood in it. */
  readonly values: Readonly<Record<string, string>>
}

const roles: Readonly<Record<Role, string>> = {
  viewer: 'reads',
  operator: 'also runs checks, marks deploys, acknowledges, notes, declares maintenance',
  admin: 'does everything',
}
const scopes: Readonly<Record<Right, string>> = {
  read: 'pages, API, metrics',
  run: 'run a check now, send a drill',
  deploy: 'mark deploys',
  operate: 'all of these, acknowledge, note, declare maintenance',
  admin: 'everything',
}
const usualLife = '90d'

export function peoplePage(data: PeopleData): Page {
  const { people, tokens, signIn } = data
  return {
    title: 'People',
    here: 'people',
    main: html`<section class="headline is-paused"><h1>${count(people.length, 'person', 'people')} and ${count(tokens.length, 'token')}</h1>
<p>${signIn ? 'Looking needs a sign-in as well.' : 'Looking is free for everybody.'} Whoever has the token of this Vedette itself may do everything.</p></section>
${made(data)}
<section><h2>People</h2>${
      people.length === 0
        ? html`<p class="quiet">Nobody yet: the first should be an admin.</p>`
        : rowsTable({ label: 'People', columns: personColumns(data), rows: people })
    }</section>
${addPerson(data)}
<section><h2>Tokens of machines</h2>${
      tokens.length === 0
        ? html`<p class="quiet">None yet. Prometheus and CI want one each, so that each can be removed alone.</p>`
        : rowsTable({ label: 'Tokens of machines', columns: tokenColumns(data), rows: tokens })
    }</section>
${addToken(data)}`,
  }
}

function made({ made: token }: PeopleData): Content {
  if (token === undefined) return ''
  return html`<section class="notice" role="status"><h2>Token ${token.name}</h2>
<p>Copy its secret now: it is shown this once, and only a hash of it is kept.</p>
<pre class="wrap" tabindex="0"><code>${token.secret}</code></pre>
<p class="quiet note">It is sent as <code>Authorization: Bearer …</code>; commands that speak to a watch take it as <code>VEDETTE_TOKEN</code>.</p></section>`
}

const personColumns = ({ now, you, people, ...data }: PeopleData): readonly Column<ShownPerson>[] => [
  {
    name: 'Name',
    as: 'head',
    show: ({ name }) => html`<b>${name}</b>${name === you ? html` <span class="quiet">you</span>` : ''}`,
  },
  { name: 'Role', as: 'plain', show: ({ role }) => role },
  { name: 'Since', as: 'num', show: ({ createdAt }) => ago(createdAt, now) },
  {
    name: 'Last sign-in',
    as: 'num',
    show: ({ signedInAt }) =>
      signedInAt === undefined ? html`<span class="quiet">none known</span>` : ago(signedInAt, now),
  },
  { name: 'Open sessions', as: 'num', show: ({ sessions }) => sessions },
  {
    name: 'Change',
    as: 'plain',
    show: person => changePerson(person, `person-${people.indexOf(person)}`, data),
  },
]

type FormData = Pick<PeopleData, 'refused' | 'shortestPassword'>

function changePerson({ name, role, sessions }: ShownPerson, id: string, data: FormData): Content {
  const [toRole, toPassword, toSignOut, toRemove] = ['role', 'password', 'sign-out', 'remove'].map(what =>
    personPath(name, what),
  ) as [string, string, string, string]
  const isRefused = [toRole, toPassword, toRemove].includes(data.refused?.action ?? '')
  const of = html`<span class="unseen"> of ${name}</span>`
  return html`<details class="change"${isRefused ? html` open` : ''}><summary>Change<span class="unseen"> ${name}</span></summary>
${form(toRole, data, wrong => html`<label for="${id}-role">Role</label><div class="joined">${roleSelect(`${id}-role`, role, wrong)}<button>Set${of}</button></div>`)}
${form(toPassword, data, wrong => html`${newPassword(`${id}-password`, data.shortestPassword, wrong)}<button>Set the password${of}</button>`)}
${sessions === 0 ? '' : html`<form method="post" action="${toSignOut}" class="stack"><button>End ${count(sessions, 'session')}${of}</button></form>`}
${form(toRemove, data, wrong => html`<label for="${id}-name">To remove, type ${name}</label><div class="joined"><input id="${id}-name" name="name" autocomplete="off" autocapitalize="none" spellcheck="false" required${wrong}><button>Remove<span class="unseen"> ${name}</span></button></div>`)}
<p class="quiet note">Another role or password ends the sessions too.</p></details>`
}

function addPerson(data: PeopleData): Content {
  const value = valuesOf(data, '/people')
  return html`<section><h2>Add a person</h2>${form(
    '/people',
    data,
    wrong => html`<div class="pair-of"><div><label for="name">Name</label><input id="name" name="name" value="${value('name')}" maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" required${wrong}></div>
<div><label for="role">Role</label>${roleSelect('role', value('role') || 'viewer', wrong)}</div></div>
${newPassword('password', data.shortestPassword, wrong)}
<ul class="quiet note">${Object.entries(roles).map(([role, may]) => html`<li><b>${role}</b> ${may}</li>`)}</ul>
<div><button class="primary">Add</button></div>`,
    'wide',
  )}</section>`
}

const tokenColumns = ({ now }: PeopleData): readonly Column<ShownToken>[] => [
  { name: 'Name', as: 'head', show: ({ name }) => html`<b>${name}</b>` },
  { name: 'Scopes', as: 'plain', show: token => token.scopes.join(', ') },
  { name: 'Made', as: 'num', show: ({ createdAt }) => ago(createdAt, now) },
  { name: 'By', show: ({ createdBy }) => createdBy ?? 'the command line' },
  { name: 'Last used', as: 'num', show: ({ lastUsedAt }) => ago(lastUsedAt, now) },
  {
    name: 'Expires',
    as: 'num',
    show: ({ expiresAt, isExpired }) =>
      expiresAt === undefined ? 'never' : isExpired ? html`<b class="wrong">expired</b>` : until(expiresAt, now),
  },
  {
    name: 'Change',
    as: 'plain',
    show: ({ name }) => html`<details class="change"><summary>Remove<span class="unseen"> ${name}</span></summary>
<form method="post" action="${tokenPath(name, 'remove')}" class="stack"><p>Whatever sends it is refused from then on.</p><button>Remove ${name}</button></form></details>`,
  },
]

function addToken(data: PeopleData): Content {
  const value = valuesOf(data, '/tokens')
  return html`<section><h2>Make a token</h2>${form(
    '/tokens',
    data,
    wrong => html`<div class="pair-of"><div><label for="token-name">Name</label><input id="token-name" name="name" value="${value('name')}" maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" required${wrong}></div>
<div><label for="expires">Expires after, such as 90d; empty: never</label><input id="expires" name="expires" value="${data.refused?.action === '/tokens' ? value('expires') : usualLife}" autocomplete="off"${wrong}></div></div>
<fieldset${wrong}><legend>Scopes</legend>${Object.entries(scopes).map(
      ([scope, may]) =>
        html`<label class="tick"><input type="checkbox" name="scope-${scope}"${value(`scope-${scope}`) ? html` checked` : ''}> <span><b>${scope}</b> ${may}</span></label>`,
    )}</fieldset>
<div><button class="primary">Make</button></div>`,
    'wide',
  )}</section>`
}

/** A form with the reason why it was refused; `fields` gets what tells a field of it. */
function form(action: string, { refused }: FormData, fields: (wrong: Content) => Content, size = ''): Content {
  const trouble = refused?.action === action ? refused.trouble : undefined
  return html`<form method="post" action="${action}" class="stack ${size}">${
    trouble === undefined ? '' : html`<p id="trouble" class="wrong" role="alert">${trouble}</p>`
  }${fields(trouble === undefined ? '' : html` aria-describedby="trouble"`)}</form>`
}

const valuesOf =
  ({ refused }: PeopleData, action: string) =>
  (name: string): string =>
    (refused?.action === action ? refused.values[name] : undefined) ?? ''

const roleSelect = (id: string, chosen: string, wrong: Content): Content =>
  html`<select id="${id}" name="role"${wrong}>${Object.keys(roles).map(role => html`<option${role === chosen ? html` selected` : ''}>${role}</option>`)}</select>`

const newPassword = (id: string, least: number, wrong: Content): Content =>
  html`<div class="pair-of"><div><label for="${id}">Password, ${least} characters or more</label><input id="${id}" name="password" type="password" autocomplete="new-password" minlength="${least}" required${wrong}></div>
<div><label for="${id}-again">Once more</label><input id="${id}-again" name="again" type="password" autocomplete="new-password" required${wrong}></div></div>`
