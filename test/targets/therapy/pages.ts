import { setTimeout } from 'node:timers/promises'
import { found } from '../kit/answers.ts'
import { action, apiForm, field, labelled } from '../kit/api-forms.ts'
import { html, type Markup } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { tableSection, time } from '../kit/table.ts'
import { type Clinic, sessionOf } from './clinic.ts'
import { layout, pagesFor } from './layout.ts'
import { inMoney } from './money.ts'
import pages from './pages.json' with { type: 'json' }
import type { Person } from './people.ts'
import type { Session } from './sessions.ts'

const credentials = html`${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password', html`required minlength="8"`)}`

/** Pages that are the same for everybody. */
const fixed: readonly (readonly [path: string, title: string, body: Markup])[] = [
  ...pages.doors.map(({ path, title, api, button, asksName }) => {
    const fields = asksName ? html`${field('Name', 'name')}${credentials}` : credentials
    return [path, title, apiForm(`POST ${api}`, fields, button)] as const
  }),
  ['/enrolled', 'Thank you', html`<p role="status">We look at your papers and write to you.</p>`],
]

const landing = {
  title: 'Therapy, wherever you are',
  body: html`<p class="lead">Talk to somebody who listens: choose a therapist, choose a time, and meet in a video call.</p>
<p><a href="/register">Begin</a> or <a href="/sign-in">sign in</a>.</p>
<details><summary>How does it work?</summary><p>One credit is one session. What you say stays between you and your therapist.</p></details>`,
}

/** Pages for everybody, and for members. */
export function memberPages(clinic: Clinic): readonly Route[] {
  const { broken, money, people, sessions, today } = clinic
  const member = pagesFor(clinic, 'member')
  const caller = pagesFor(clinic, 'member', 'therapist')

  const card = (session: Session) => {
    const slots = sessions.freeSlots(session.therapist).slice(0, 24)
    const choices = slots.map(slot => html`<option value="${slot}">${slot.slice(0, 16)}</option>`)
    return html`<li id="session-${session.id}"><h2>${session.topic || 'Session'}</h2>
<p>${time(session.slot)} with ${people.byId(session.therapist)?.name ?? 'a therapist who left'}, <span data-state>${session.state}</span></p>
<p><a href="/sessions/${session.id}">Details</a> ${session.state === 'booked' ? html`<a href="/sessions/${session.id}/room">Join</a>` : ''}</p>
${
  session.state === 'booked'
    ? html`<form data-api="PATCH /api/sessions/${session.id}"><label>New time <select name="slot">${choices}</select></label><button>Move</button></form>
${action(`DELETE /api/sessions/${session.id}`, 'Cancel session')}`
    : ''
}</li>`
  }

  return [
    route('GET', '/', async () => {
      // The largest element comes with the page itself.
      if (broken('THR-34')) await setTimeout(4_000)
      return { html: layout(clinic, landing) }
    }),
    ...fixed.map(([path, title, body]) => route('GET', path, () => ({ html: layout(clinic, { title, body }) }))),
    member('/dashboard', person => {
      const own = sessions.of(person.id).slice(0, 20)
      const body = html`<p>Hello ${person.name}, you have <strong data-credits>${person.credits}</strong> credits.</p>
<ul class="cards" aria-label="Sessions">${own.map(card)}</ul>`
      return { title: 'My sessions', body }
    }),
    member('/book', () => {
      const choices = people.offered().map(({ id, name }) => html`<option value="${id}">${name}</option>`)
      const fields = html`${labelled('Therapist', 'therapist', attributes => html`<select ${attributes} required><option value="">choose</option>${choices}</select>`)}
${labelled('Time', 'slot', attributes => html`<select ${attributes} required></select>`)}
${field('What is it about?', 'topic', 'text', html``)}`
      const body = html`<div data-slots data-patience="${broken('THR-19') ? 3_000 : 100}" data-on-error="${broken('THR-17') ? 'vanish' : 'tell'}">
${apiForm('POST /api/sessions', fields, 'Book for one credit')}<p role="status" data-loading hidden>Looking for free times …</p></div>`
      return { title: 'Book a session', body }
    }),
    member('/credits', person => ({ title: 'Credits', body: creditsBody(clinic, person) })),
    member('/credits/return', async (_, call) => {
      const isPaid = await money.isPaid(call.url.searchParams.get('reference') ?? '')
      const body = html`<p role="status">${isPaid ? 'Thank you, your credits are here.' : 'Nothing was paid, and nothing was added.'}</p>
<p><a href="/credits">Back to my credits</a></p>`
      return { title: isPaid ? 'Paid' : 'Not paid', body }
    }),
    member('/invoices/:number', (person, call) => {
      const { number, session, createdAt, amount } = found(
        money.invoicesOf(person.id).find(invoice => invoice.number === call.params['number']),
      )
      const topic = sessions.get(session)?.topic ?? ''
      const body = html`<dl><dt>Session</dt><dd>${topic}</dd><dt>Date</dt><dd>${time(createdAt)}</dd><dt>Amount</dt><dd>${inMoney(amount)}</dd></dl>`
      return { title: `Invoice ${number}`, body }
    }),
    caller('/profile', person => {
      const phone = html`value="${person.phone}" autocomplete="tel"`
      const birth = html`value="${person.dateOfBirth}" required min="1900-01-01" max="${today()}"`
      const fields = html`${broken('THR-20') ? html`<input name="phone" type="tel" ${phone}>` : field('Phone', 'phone', 'tel', phone)}
${field('Date of birth', 'dateOfBirth', 'date', birth)}`
      return { title: 'Profile', body: apiForm('PATCH /api/me', fields, 'Save profile') }
    }),
    caller('/sessions/:id/room', (person, call) => {
      const { id, topic } = sessionOf(clinic, call, person)
      const isTherapist = person.role === 'therapist'
      const body = html`<section data-room="${id}"><p>${topic}: <span data-state role="status">not joined</span></p>
<div class="videos"><video data-remote autoplay playsinline aria-label="The other"></video><video data-own autoplay playsinline muted aria-label="You"></video></div>
<p class="${broken('THR-22') ? 'actions far' : 'actions'}"><button type="button" data-join>Join call</button>
${isTherapist ? html`<button type="button" data-record disabled>Start recording</button>` : ''}
<button type="button" data-leave disabled>Leave call</button></p>
<form data-caption><label>Say it in writing <input name="text" autocomplete="off"></label><button>Say</button></form>
<ul aria-label="Said" data-said></ul></section>`
      return { title: 'Video call', body, script: 'room.js' }
    }),
  ]
}

function creditsBody({ money, sessions }: Clinic, person: Person): Markup {
  const amount = field('How many more?', 'credits', 'number', html`required min="1" max="100" value="5"`)
  const payments = tableSection('Payments', money.paymentsOf(person.id).slice(0, 20), {
    Reference: 'id',
    Credits: 'credits',
    Amount: payment => inMoney(payment.amount),
    State: 'state',
  })
  const invoices = tableSection('Invoices', money.invoicesOf(person.id).slice(0, 20), {
    Number: ({ number }) => html`<a href="/invoices/${number}">${number}</a>`,
    Session: ({ session }) => sessions.get(session)?.topic ?? '',
    Date: ({ createdAt }) => time(createdAt),
    Amount: invoice => inMoney(invoice.amount),
  })
  return html`<p>You have <strong data-credits>${person.credits}</strong> credits.</p>
${apiForm('POST /api/credits', amount, 'Buy credits')}${payments}${invoices}`
}
