import { html, type Markup } from '../kit/html.ts'
import type { Route } from '../kit/http.ts'
import { type Clinic, routesFor, sessionOf } from './clinic.ts'
import { action, field, form, labelled, layout, table, time } from './layout.ts'
import { inMoney } from './money.ts'
import type { Role } from './people.ts'
import { readRecord } from './routes-sessions.ts'
import { type Note, soapParts } from './sessions.ts'

const titles = { subjective: 'Subjective', objective: 'Objective', assessment: 'Assessment', plan: 'Plan' }
const newest = 50

/** Pages of therapists, administrators and partners, and of what they share with members. */
export function staffPages(clinic: Clinic): readonly Route[] {
  const { audit, broken, money, people, reports, sessions } = clinic
  const anybody = routesFor(clinic)
  const therapist = routesFor(clinic, 'therapist')
  const partner = routesFor(clinic, 'partner')
  const admin = routesFor(clinic, 'admin')
  const overview = broken('THR-15') ? routesFor(clinic, 'admin', 'member') : admin
  const nameOf = (id: string) => people.byId(id)?.name ?? 'somebody who left'
  // With the fault what people typed is taken for markup, and the page lets it run.
  const typed = (text: string): Markup => (broken('THR-13') ? { markup: text } : html`${text}`)
  const noteList = (note: Note) =>
    html`<dl>${soapParts.map(part => html`<dt>${titles[part]}</dt><dd><div role="group" aria-label="${titles[part]}">${typed(note[part])}</div></dd>`)}</dl>`
  const withNotes = broken('THR-13')
    ? { headers: { 'content-security-policy': "default-src 'self' 'unsafe-inline'" } }
    : {}

  return [
    anybody('GET', '/sessions/:id', (call, person) => {
      const { id, topic, slot, member, therapist, note, recording, transcript, state } = sessionOf(clinic, call, person)
      const lines = transcript.map(line => html`<li>${time(line.at)} ${line.name}: ${line.text}</li>`)
      const body = html`<p>${time(slot)}, ${nameOf(member)} with ${nameOf(therapist)}, ${state}</p>
${note ? html`<h2>Note</h2>${noteList(note)}` : ''}
${recording ? html`<h2>Recording</h2><video controls preload="auto" aria-label="Recording" src="/api/sessions/${id}/recording"></video>` : ''}
${lines.length > 0 ? html`<h2>Transcript</h2><ul aria-label="Transcript">${lines}</ul>` : ''}`
      return { ...withNotes, html: layout({ title: topic || 'Session', body, person }) }
    }),
    therapist('GET', '/therapist', (_, person) => {
      const rows = sessions
        .of(person.id)
        .slice(0, newest)
        .map(({ id, topic, slot, member, state }) => [
          html`<a href="/sessions/${id}">${topic || 'Session'}</a>`,
          time(slot),
          html`<a href="/records/${people.byId(member)?.record ?? 0}">${nameOf(member)}</a>`,
          state,
          html`<a href="/sessions/${id}/room">Join</a> <a href="/sessions/${id}/note">Note</a>`,
        ])
      const body = table('Sessions', ['Topic', 'Time', 'Member', 'State', 'Do'], rows)
      return { html: layout({ title: 'My sessions', body, person }) }
    }),
    therapist('GET', '/sessions/:id/note', (call, person) => {
      const { id, note } = sessionOf(clinic, call, person)
      const areas = soapParts.map(part =>
        labelled(
          titles[part],
          part,
          attributes => html`<textarea ${attributes} required rows="3">${note?.[part] ?? ''}</textarea>`,
        ),
      )
      const body = form(`/api/sessions/${id}/note`, 'PUT', html`${areas}`, 'Save note')
      return { html: layout({ title: 'Session note', body, person }) }
    }),
    anybody('GET', '/records/:number', (call, person) => {
      const member = readRecord(clinic, call, person)
      const notes = sessions.of(member.id).flatMap(({ note }) => (note ? [noteList(note)] : []))
      const body = html`<p>${member.name}, born ${member.dateOfBirth}</p>${notes}`
      return { ...withNotes, html: layout({ title: `Health record ${member.record}`, body, person }) }
    }),
    partner('GET', '/partner', (_, person) => {
      const report = reports.get(person.id)
      const errors = report?.errors.map(
        ({ line, field: name, message }) => html`<li>Line ${line}, ${name}: ${message}</li>`,
      )
      const members = people.all('member').filter(({ partner }) => partner === person.id)
      const body = html`${form('/api/partner/members', 'POST', field('Members (CSV: name,email)', 'file', 'file', html`required accept=".csv,text/csv"`), 'Upload')}
${report ? html`<p role="status">${report.added} added, ${report.errors.length} refused</p><ul aria-label="Refused rows">${errors ?? []}</ul>` : ''}
<h2>Members</h2>${table(
        'Members',
        ['Name', 'E-mail'],
        members.map(({ name, email }) => [name, email]),
      )}`
      return { html: layout({ title: 'Members', body, person }) }
    }),
    overview('GET', '/admin', (_, person) => {
      const list = (role: Role) => people.all(role).toReversed().slice(0, newest)
      const therapists = list('therapist').map(({ id, name, email, isApproved }) => [
        name,
        email,
        isApproved ? 'approved' : action(`/api/therapists/${id}/approval`, 'POST', `Approve ${name}`),
      ])
      const booked = sessions
        .all()
        .slice(0, newest)
        .map(({ topic, member, therapist, slot, state }) => [
          topic,
          nameOf(member),
          nameOf(therapist),
          time(slot),
          state,
        ])
      const payments = broken('THR-23') ? [] : money.paymentsOf().slice(0, newest)
      const body = html`<h2>Members</h2>${table(
        'Members',
        ['Name', 'E-mail'],
        list('member').map(({ name, email }) => [name, email]),
      )}
<h2>Therapists</h2>${table('Therapists', ['Name', 'E-mail', 'State'], therapists)}
<h2>Sessions</h2>${table('Sessions', ['Topic', 'Member', 'Therapist', 'Time', 'State'], booked)}
<h2>Payments</h2>${table(
        'Payments',
        ['Reference', 'Member', 'Amount', 'State'],
        payments.map(({ reference, member, amount, state }) => [reference, nameOf(member), inMoney(amount), state]),
      )}`
      return { html: layout({ title: 'Overview', body, person }) }
    }),
    admin('GET', '/admin/audit', (_, person) => {
      const rows = audit.toReversed().slice(0, 100)
      const body = table(
        'Audit trail',
        ['When', 'Who', 'What', 'Record'],
        rows.map(({ at, who, action: what, record }) => [at, who, what, String(record)]),
      )
      return { html: layout({ title: 'Audit trail', body, person }) }
    }),
  ]
}
