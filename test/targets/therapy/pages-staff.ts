import { action, apiForm, field, labelled } from '../kit/api-forms.ts'
import { html, type Markup } from '../kit/html.ts'
import type { Route } from '../kit/http.ts'
import { table, tableSection, time } from '../kit/table.ts'
import { type Clinic, sessionOf } from './clinic.ts'
import { pagesFor } from './layout.ts'
import { inMoney } from './money.ts'
import type { Role } from './people.ts'
import { readRecord } from './routes-sessions.ts'
import { type Note, soapParts } from './sessions.ts'

const titles = { subjective: 'Subjective', objective: 'Objective', assessment: 'Assessment', plan: 'Plan' }
const newest = 50
const contact = { Name: 'name', 'E-mail': 'email' } as const

/** Pages of therapists, administrators and partners, and of what they share with members. */
export function staffPages(clinic: Clinic): readonly Route[] {
  const { audit, broken, money, people, reports, sessions } = clinic
  const anybody = pagesFor(clinic)
  const therapist = pagesFor(clinic, 'therapist')
  const partner = pagesFor(clinic, 'partner')
  const admin = pagesFor(clinic, 'admin')
  const overview = broken('THR-15') ? pagesFor(clinic, 'admin', 'member') : admin
  const nameOf = (id: string) => people.byId(id)?.name ?? 'somebody who left'
  // With the fault what people typed is taken for markup, and the page lets it run.
  const typed = (text: string): Markup => (broken('THR-13') ? { markup: text } : html`${text}`)
  const noteList = (note: Note) =>
    html`<dl>${soapParts.map(part => html`<dt>${titles[part]}</dt><dd><div role="group" aria-label="${titles[part]}">${typed(note[part])}</div></dd>`)}</dl>`
  const headers = broken('THR-13') ? { 'content-security-policy': "default-src 'self' 'unsafe-inline'" } : {}

  return [
    anybody('/sessions/:id', (person, call) => {
      const { id, topic, slot, member, therapist, note, recording, transcript, state } = sessionOf(clinic, call, person)
      const lines = transcript.map(line => html`<li>${time(line.at)} ${line.name}: ${line.text}</li>`)
      const body = html`<p>${time(slot)}, ${nameOf(member)} with ${nameOf(therapist)}, ${state}</p>
${note ? html`<h2>Note</h2>${noteList(note)}` : ''}
${recording ? html`<h2>Recording</h2><video controls preload="auto" aria-label="Recording" src="/api/sessions/${id}/recording"></video>` : ''}
${lines.length > 0 ? html`<h2>Transcript</h2><ul aria-label="Transcript">${lines}</ul>` : ''}`
      return { headers, title: topic || 'Session', body }
    }),
    therapist('/therapist', person => {
      const body = table('Sessions', sessions.of(person.id).slice(0, newest), {
        Topic: ({ id, topic }) => html`<a href="/sessions/${id}">${topic || 'Session'}</a>`,
        Time: ({ slot }) => time(slot),
        Member: ({ member }) => html`<a href="/records/${people.byId(member)?.record ?? 0}">${nameOf(member)}</a>`,
        State: 'state',
        Do: ({ id }) => html`<a href="/sessions/${id}/room">Join</a> <a href="/sessions/${id}/note">Note</a>`,
      })
      return { title: 'My sessions', body }
    }),
    therapist('/sessions/:id/note', (person, call) => {
      const { id, note } = sessionOf(clinic, call, person)
      const areas = soapParts.map(part => {
        const text = note?.[part] ?? ''
        return labelled(titles[part], part, more => html`<textarea ${more} required rows="3">${text}</textarea>`)
      })
      return { title: 'Session note', body: apiForm(`PUT /api/sessions/${id}/note`, html`${areas}`, 'Save note') }
    }),
    anybody('/records/:number', (person, call) => {
      const member = readRecord(clinic, call, person)
      const notes = sessions.of(member.id).flatMap(({ note }) => (note ? [noteList(note)] : []))
      const body = html`<p>${member.name}, born ${member.dateOfBirth}</p>${notes}`
      return { headers, title: `Health record ${member.record}`, body }
    }),
    partner('/partner', person => {
      const report = reports.get(person.id)
      const errors = report?.errors.map(
        ({ line, field: name, message }) => html`<li>Line ${line}, ${name}: ${message}</li>`,
      )
      const file = field('Members (CSV: name,email)', 'file', 'file', html`required accept=".csv,text/csv"`)
      const members = people.all('member').filter(({ partner }) => partner === person.id)
      const body = html`${apiForm('POST /api/partner/members', file, 'Upload')}
${report ? html`<p role="status">${report.added} added, ${report.errors.length} refused</p><ul aria-label="Refused rows">${errors ?? []}</ul>` : ''}
${tableSection('Members', members, contact)}`
      return { title: 'Members', body }
    }),
    overview('/admin', () => {
      const list = (role: Role) => people.all(role).toReversed().slice(0, newest)
      const therapists = tableSection('Therapists', list('therapist'), {
        ...contact,
        State: ({ id, name, isApproved }) =>
          isApproved ? 'approved' : action(`POST /api/therapists/${id}/approval`, `Approve ${name}`),
      })
      const booked = tableSection('Sessions', sessions.all().slice(0, newest), {
        Topic: 'topic',
        Member: ({ member }) => nameOf(member),
        Therapist: ({ therapist }) => nameOf(therapist),
        Time: ({ slot }) => time(slot),
        State: 'state',
      })
      const payments = tableSection('Payments', broken('THR-23') ? [] : money.payments.list().slice(0, newest), {
        Reference: 'id',
        Member: ({ member }) => nameOf(member),
        Amount: ({ amount }) => inMoney(amount),
        State: 'state',
      })
      const members = tableSection('Members', list('member'), contact)
      return { title: 'Overview', body: html`${members}${therapists}${booked}${payments}` }
    }),
    admin('/admin/audit', () => {
      const columns = { When: 'createdAt', Who: 'who', What: 'action', Record: 'record' } as const
      return { title: 'Audit trail', body: table('Audit trail', audit.list().slice(0, 100), columns) }
    }),
  ]
}
