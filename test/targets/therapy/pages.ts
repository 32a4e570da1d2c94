import { html, type Markup } from '../kit/html.ts'
import { type Route, route } from '../kit/http.ts'
import { type Clinic, routesFor, sessionOf } from './clinic.ts'
import { action, field, form, labelled, layout, table, time } from './layout.ts'
import { inMoney } from './money.ts'
import type { Person } from './people.ts'
import type { Session } from './sessions.ts'

const email = field('E-mail', 'email', 'email')
const password = field('Password', 'password', 'password', html`required minlength="8"`)

const fixed: readonly (readonly [path: string, title: string, body: Markup])[] = [
  ['/sign-in', 'Sign in', form('/api/auth/login', 'POST', html`${email}${password}`, 'Sign in')],
  [
    '/register',
    'Register',
    form('/api/auth/register', 'POST', html`${field('Name', 'name')}${email}${password}`, 'Register'),
  ],
  [
    '/enrol',
    'Enrol as a therapist',
    form('/api/therapists', 'POST', html`${field('Name', 'name')}${email}${password}`, 'Enrol'),
  ],
  ['/enrolled', 'Thank you', html`<p role="status">We look at your papers and write to you.</p>`],
]

export const offlinePage = (): string =>
  layout({ title: 'You are offline', body: html`<p>Your sessions are shown again as soon as there is a network.</p>` })

/** Pages for everybody, and for members. */
export function memberPages(clinic: Clinic): readonly Route[] {
  const { broken, clock, money, people, sessions } = clinic
  const member = routesFor(clinic, 'member')
  const caller = routesFor(clinic, 'member', 'therapist')
  const today = () => new Date(clock.now()).toISOString().slice(0, 10)

  const card = (session: Session) => {
    const slots = sessions.freeSlots(session.therapist).slice(0, 24)
    const choices = slots.map(
      slot =>
        html`<option value="${new Date(slot).toISOString()}">${new Date(slot).toISOString().slice(0, 16)}</option>`,
    )
    return html`<li id="session-${session.id}"><h2>${session.topic || 'Session'}</h2>
<p>${time(session.slot)} with ${people.byId(session.therapist)?.name ?? 'a therapist who left'}, <span data-state>${session.state}</span></p>
<p><a href="/sessions/${session.id}">Details</a> ${session.state === 'booked' ? html`<a href="/sessions/${session.id}/room">Join</a>` : ''}</p>
${
  session.state === 'booked'
    ? html`<form data-api="/api/sessions/${session.id}" data-method="PATCH"><label>New time <select name="slot">${choices}</select></label><button>Move</button></form>
${action(`/api/sessions/${session.id}`, 'DELETE', 'Cancel session')}`
    : ''
}</li>`
  }
  const therapists = () => people.all('therapist').filter(({ isApproved }) => isApproved || broken('THR-02'))

  return [
    route('GET', '/', async () => {
      // The largest element comes with the page itself.
      if (broken('THR-34')) await new Promise(resolve => setTimeout(resolve, 4_000))
      return { html: landing }
    }),
    ...fixed.map(([path, title, body]) => route('GET', path, () => ({ html: layout({ title, body }) }))),
    member('GET', '/dashboard', (_, person) => {
      const own = sessions.of(person.id).slice(0, 20)
      const body = html`<p>Hello ${person.name}, you have <strong data-credits>${person.credits}</strong> credits.</p>
<ul class="cards" aria-label="Sessions">${own.map(card)}</ul>`
      return { html: layout({ title: 'My sessions', body, person }) }
    }),
    member('GET', '/book', (_, person) => {
      const choices = therapists().map(({ id, name }) => html`<option value="${id}">${name}</option>`)
      const body = html`<div data-slots data-patience="${broken('THR-19') ? 3_000 : 100}" data-on-error="${broken('THR-17') ? 'vanish' : 'tell'}">
${form(
  '/api/sessions',
  'POST',
  html`${labelled('Therapist', 'therapist', attributes => html`<select ${attributes} required><option value="">choose</option>${choices}</select>`)}
${labelled('Time', 'slot', attributes => html`<select ${attributes} required></select>`)}
${field('What is it about?', 'topic', 'text', html``)}`,
  'Book for one credit',
)}<p role="status" data-loading hidden>Looking for free times …</p></div>`
      return { html: layout({ title: 'Book a session', body, person }) }
    }),
    member('GET', '/credits', (_, person) => ({ html: creditsPage(clinic, person) })),
    member('GET', '/credits/return', async (call, { id }) => {
      const isPaid = await money.verify(call.url.searchParams.get('reference') ?? '')
      const body = html`<p role="status">${isPaid ? 'Thank you, your credits are here.' : 'Nothing was paid, and nothing was added.'}</p>
<p><a href="/credits">Back to my credits</a></p>`
      return { html: layout({ title: isPaid ? 'Paid' : 'Not paid', body, person: people.byId(id)! }) }
    }),
    member('GET', '/invoices/:number', (call, person) => {
      const invoice = money.invoicesOf(person.id).find(({ number }) => number === call.params['number'])
      const topic = sessions.get(invoice?.session)?.topic
      const body = invoice
        ? html`<dl><dt>Session</dt><dd>${topic ?? ''}</dd><dt>Date</dt><dd>${time(invoice.at)}</dd><dt>Amount</dt><dd>${inMoney(invoice.amount)}</dd></dl>`
        : html`<p>You have no such invoice.</p>`
      return { html: layout({ title: `Invoice ${invoice?.number ?? ''}`, body, person }) }
    }),
    caller('GET', '/profile', (_, person) => {
      const phone = html`value="${person.phone}" autocomplete="tel"`
      const birth = html`value="${person.dateOfBirth}" required min="1900-01-01" max="${today()}"`
      const body = form(
        '/api/me',
        'PATCH',
        html`${broken('THR-20') ? html`<input name="phone" type="tel" ${phone}>` : field('Phone', 'phone', 'tel', phone)}
${field('Date of birth', 'dateOfBirth', 'date', birth)}`,
        'Save profile',
      )
      return { html: layout({ title: 'Profile', body, person }) }
    }),
    caller('GET', '/sessions/:id/room', (call, person) => {
      const { id, topic } = sessionOf(clinic, call, person)
      const isTherapist = person.role === 'therapist'
      const body = html`<section data-room="${id}"><p>${topic}: <span data-state role="status">not joined</span></p>
<div class="videos"><video data-remote autoplay playsinline aria-label="The other"></video><video data-own autoplay playsinline muted aria-label="You"></video></div>
<p class="${broken('THR-22') ? 'actions far' : 'actions'}"><button type="button" data-join>Join call</button>
${isTherapist ? html`<button type="button" data-record disabled>Start recording</button>` : ''}
<button type="button" data-leave disabled>Leave call</button></p>
<form data-caption><label>Say it in writing <input name="text" autocomplete="off"></label><button>Say</button></form>
<ul aria-label="Said" data-said></ul></section>`
      return { html: layout({ title: 'Video call', body, person, script: 'room.js' }) }
    }),
  ]
}

const landing = layout({
  title: 'Therapy, wherever you are',
  body: html`<p class="lead">Talk to somebody who listens: choose a therapist, choose a time, and meet in a video call.</p>
<p><a href="/register">Begin</a> or <a href="/sign-in">sign in</a>.</p>
<details><summary>How does it work?</summary><p>One credit is one session. What you say stays between you and your therapist.</p></details>`,
})

function creditsPage({ money, sessions }: Clinic, person: Person): string {
  const payments = money.paymentsOf(person.id).slice(0, 20)
  const invoices = money.invoicesOf(person.id).slice(0, 20)
  const body = html`<p>You have <strong data-credits>${person.credits}</strong> credits.</p>
${form('/api/credits', 'POST', field('How many more?', 'credits', 'number', html`required min="1" max="100" value="5"`), 'Buy credits')}
<h2>Payments</h2>${table(
    'Payments',
    ['Reference', 'Credits', 'Amount', 'State'],
    payments.map(({ reference, credits, amount, state }) => [reference, String(credits), inMoney(amount), state]),
  )}
<h2>Invoices</h2>${table(
    'Invoices',
    ['Number', 'Session', 'Date', 'Amount'],
    invoices.map(({ number, session, at, amount }) => [
      html`<a href="/invoices/${number}">${number}</a>`,
      sessions.get(session)?.topic ?? '',
      time(at),
      inMoney(amount),
    ]),
  )}`
  return layout({ title: 'Credits', body, person })
}
