import { randomUUID } from 'node:crypto'
import { created, found, gone, idOf } from '../kit/answers.ts'
import { isDay, refuseErrors, unless } from '../kit/field-errors.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { readUpload } from '../kit/multipart.ts'
import { email, fieldErrors, password, readFields, text } from '../kit/rules.ts'
import { type Clinic, routesFor, type UploadReport } from './clinic.ts'
import pages from './pages.json' with { type: 'json' }
import type { Person, Role } from './people.ts'

/** Each address has one account. */
const takenErrors = ({ people }: Clinic, { email }: Pick<Person, 'email'>) =>
  unless(!people.byEmail(email), 'email', 'This address has an account already')

/** Registration, sign-in, the own profile, therapists and their approval, members that a partner brings. */
export function peopleRoutes(clinic: Clinic): readonly Route[] {
  const { broken, people, reports, sessions, signIns, today } = clinic
  const anybody = routesFor(clinic)
  const admin = routesFor(clinic, 'admin')
  const partner = routesFor(clinic, 'partner')
  const welcome = (person: Person, status: number) => ({
    status,
    // Only for people who registered themselves, so that the others can work beside this fault.
    headers:
      status === 200 && broken('THR-01') && person.isRegistered ? {} : { 'set-cookie': signIns.start(person.id) },
    json: { user: people.show(person), next: pages.menus[person.role][0]![0] },
  })
  const join = async (call: Call, role: Role) => {
    const given = readFields(await call.json(), { name: text, email, password })
    refuseErrors(takenErrors(clinic, given))
    return people.add({ ...given, role, isRegistered: true })
  }

  return [
    route('POST', '/api/auth/register', async call => welcome(await join(call, 'member'), 201)),
    route('POST', '/api/auth/login', async call => {
      const { email, password } = await call.json()
      const person = people.withPassword(email, password)
      if (!person) throw new Refusal(401, { error: 'E-mail or password is wrong' })
      return welcome(person, 200)
    }),
    route('POST', '/api/auth/logout', call => ({
      json: { next: '/sign-in' },
      ...(broken('THR-30') ? {} : { headers: { 'set-cookie': signIns.end(call) } }),
    })),
    anybody('GET', '/api/me', (_, person) => ({ json: people.show(person) })),
    anybody('PATCH', '/api/me', async (call, person) => {
      const { phone, dateOfBirth } = { ...person, ...(await call.json()) }
      const isPast = isDay(dateOfBirth) && dateOfBirth >= '1900-01-01' && dateOfBirth < today()
      refuseErrors([
        ...unless(/^\+?[\d ]{0,20}$/.test(phone), 'phone', 'Enter digits'),
        ...unless(isPast || broken('THR-29'), 'dateOfBirth', 'Enter a day in the past'),
      ])
      const changed = people.change(person, { phone: String(phone), dateOfBirth: String(dateOfBirth) })
      return { json: people.show(changed) }
    }),
    route('POST', '/api/therapists', async call => {
      const { id, name } = await join(call, 'therapist')
      return created({ id, name, next: '/enrolled' })
    }),
    anybody('GET', '/api/therapists/:id/slots', call => {
      const therapist = found(people.offered().find(({ id }) => id === idOf(call)))
      return { json: { slots: sessions.freeSlots(therapist.id) } }
    }),
    admin('POST', '/api/therapists/:id/approval', call => {
      const known = found(people.all('therapist').find(({ id }) => id === idOf(call)))
      return { json: { id: people.change(known, { isApproved: true }).id } }
    }),
    admin('GET', '/api/people', () => {
      const both = [...people.all('member'), ...people.all('therapist')]
      return { json: { people: both.map(({ id, email, role, createdAt }) => ({ id, email, role, createdAt })) } }
    }),
    anybody('DELETE', '/api/people/:id', (call, person) => {
      const { id, partner } = found(people.byId(idOf(call)))
      const mayRemove = id === person.id || person.role === 'admin' || partner === person.id
      return gone(mayRemove && people.remove(id))
    }),
    partner('POST', '/api/partner/members', async (call, partner) => {
      const report = upload(clinic, partner, (await readUpload(call)).bytes.toString())
      reports.set(partner.id, report)
      // The page tells the rows; that it is shown again is not success.
      if (report.added > 0 || report.errors.length === 0) return { json: report }
      throw new Refusal(422, { errors: report.errors, next: '/partner' })
    }),
    partner('GET', '/api/partner/members', (_, { id: partner }) => {
      const members = people.all('member').filter(member => member.partner === partner)
      return { json: { members: members.map(({ id, name, email }) => ({ id, name, email })) } }
    }),
  ]
}

/** Adds the good rows of `name,email` and says what is wrong with the others; the first line is the head. */
function upload(clinic: Clinic, partner: Person, file: string): UploadReport {
  const [, ...lines] = file.trimEnd().split(/\r?\n/)
  const rows = lines.map((row, index) => {
    const [name = '', email = ''] = row.split(',').map(cell => cell.trim())
    return { line: index + 2, name, email }
  })
  const good: (typeof rows)[number][] = []
  const errors = rows.flatMap(({ line, ...row }) => {
    const isFirst = good.every(other => other.email !== row.email)
    const [error] = [
      ...fieldErrors(row, { name: text, email }),
      ...takenErrors(clinic, row),
      ...unless(isFirst, 'email', 'This address stands in the file before'),
    ]
    if (error) return { line, ...error }
    good.push({ line, ...row })
    return []
  })
  if (errors.length > 0 && clinic.broken('THR-10')) return { added: 0, errors }
  for (const { name, email } of good) {
    clinic.people.add({ name, email, role: 'member', password: randomUUID(), partner: partner.id })
  }
  return { added: good.length, errors }
}
