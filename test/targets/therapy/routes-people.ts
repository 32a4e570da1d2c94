import { randomUUID } from 'node:crypto'
import { type FieldError, refuseErrors, unless } from '../kit/field-errors.ts'
import { type Call, Refusal, type Route, route } from '../kit/http.ts'
import { readUpload } from '../kit/multipart.ts'
import { type Clinic, routesFor, type UploadReport } from './clinic.ts'
import type { Person, Role } from './people.ts'

const home: Readonly<Record<Role, string>> = {
  member: '/dashboard',
  therapist: '/therapist',
  admin: '/admin',
  partner: '/partner',
}

const isEmail = (value: unknown) => typeof value === 'string' && /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value)

/** `1990-05-17`, and no 31 February. */
const isDay = (value: unknown): value is string => {
  const at = /^\d{4}-\d\d-\d\d$/.test(String(value)) ? Date.parse(String(value)) : Number.NaN
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(String(value))
}

function personErrors({ people }: Clinic, { name, email }: Readonly<Record<string, unknown>>): readonly FieldError[] {
  return [
    ...unless(typeof name === 'string' && name.trim() !== '' && name.length <= 100, 'name', 'Enter a name'),
    ...unless(isEmail(email), 'email', 'Enter an e-mail address such as ann@example.com'),
    ...unless(!isEmail(email) || !people.byEmail(String(email)), 'email', 'This address has an account already'),
  ]
}

/** Registration, sign-in, the own profile, therapists and their approval, members that a partner brings. */
export function peopleRoutes(clinic: Clinic): readonly Route[] {
  const { broken, clock, people, reports, sessions, signIns } = clinic
  const anybody = routesFor(clinic)
  const admin = routesFor(clinic, 'admin')
  const partner = routesFor(clinic, 'partner')
  const welcome = (person: Person, status: number) => ({
    status,
    // Only for people who registered themselves, so that the others can work beside this fault.
    headers:
      status === 200 && broken('THR-01') && person.isRegistered ? {} : { 'set-cookie': signIns.start(person.id) },
    json: { user: people.show(person), next: home[person.role] },
  })
  const join = async (call: Call, role: Role, extra: Partial<Person> = {}) => {
    const given = await call.json()
    const { name, email, password } = given
    refuseErrors([
      ...personErrors(clinic, given),
      ...unless(typeof password === 'string' && password.length >= 8, 'password', 'Enter 8 characters or more'),
    ])
    return people.add({
      name: String(name),
      email: String(email),
      password: String(password),
      role,
      isRegistered: true,
      ...extra,
    })
  }
  const offered = ({ role, isApproved }: Person) => role === 'therapist' && (isApproved || broken('THR-02'))
  const therapist = (call: Call) => {
    const found = people.byId(call.params['id'])
    if (!found || !offered(found)) throw new Refusal(404)
    return found
  }

  return [
    route('POST', '/api/auth/register', async call => welcome(await join(call, 'member'), 201)),
    route('POST', '/api/auth/login', async call => {
      const { email, password } = await call.json()
      const person = people.byEmail(String(email))
      if (!person || !people.isPassword(person, String(password))) {
        throw new Refusal(401, { error: 'E-mail or password is wrong' })
      }
      return welcome(person, 200)
    }),
    route('POST', '/api/auth/logout', call => ({
      json: { next: '/sign-in' },
      ...(broken('THR-30') ? {} : { headers: { 'set-cookie': signIns.end(call) } }),
    })),
    anybody('GET', '/api/me', (_, person) => ({ json: people.show(person) })),
    anybody('PATCH', '/api/me', async (call, person) => {
      const { phone, dateOfBirth } = { ...person, ...(await call.json()) }
      const today = new Date(clock.now()).toISOString().slice(0, 10)
      const isDate = isDay(dateOfBirth)
      refuseErrors([
        ...unless(/^\+?[\d ]{0,20}$/.test(phone), 'phone', 'Enter digits'),
        ...unless(
          (isDate && dateOfBirth >= '1900-01-01' && dateOfBirth < today) || broken('THR-29'),
          'dateOfBirth',
          'Enter a day in the past',
        ),
      ])
      return {
        json: people.show(people.change(person, { phone: String(phone), dateOfBirth: String(dateOfBirth) })),
      }
    }),
    route('POST', '/api/therapists', async call => {
      const { id, name } = await join(call, 'therapist')
      return { status: 201, json: { id, name, next: '/enrolled' } }
    }),
    anybody('GET', '/api/therapists', () => {
      const therapists = people.all('therapist').filter(offered)
      return { json: { therapists: therapists.map(({ id, name }) => ({ id, name })) } }
    }),
    anybody('GET', '/api/therapists/:id/slots', call => {
      const slots = sessions.freeSlots(therapist(call).id)
      return { json: { slots: slots.map(slot => new Date(slot).toISOString()) } }
    }),
    admin('POST', '/api/therapists/:id/approval', call => {
      const found = people.byId(call.params['id'])
      if (found?.role !== 'therapist') throw new Refusal(404)
      people.change(found, { isApproved: true })
      return { json: { id: found.id } }
    }),
    admin('GET', '/api/people', () => ({
      json: {
        people: (['member', 'therapist'] as const)
          .flatMap(people.all)
          .map(({ id, email, role, createdAt }) => ({ id, email, role, createdAt })),
      },
    })),
    anybody('DELETE', '/api/people/:id', (call, person) => {
      const found = people.byId(call.params['id'])
      const mayRemove = found && (found.id === person.id || person.role === 'admin' || found.partner === person.id)
      if (!mayRemove) throw new Refusal(404)
      people.remove(found.id)
      return { status: 204 }
    }),
    partner('POST', '/api/partner/members', async (call, partner) => {
      const report = upload(clinic, partner, (await readUpload(call)).bytes.toString())
      reports.set(partner.id, report)
      if (report.added === 0) refuseErrors(report.errors)
      return { json: report }
    }),
    partner('GET', '/api/partner/members', (_, partner) => ({
      json: {
        members: people
          .all('member')
          .flatMap(({ id, name, email, partner: by }) => (by === partner.id ? [{ id, name, email }] : [])),
      },
    })),
  ]
}

/** Adds the good rows of `name,email` and says what is wrong with the others; the first line is the head. */
function upload(clinic: Clinic, partner: Person, text: string): UploadReport {
  const [, ...lines] = text.trimEnd().split(/\r?\n/)
  const rows = lines.map((row, index) => {
    const [name = '', email = ''] = row.split(',').map(cell => cell.trim())
    return { line: index + 2, name, email }
  })
  const twice = ({ email }: { readonly email: string }, index: number) =>
    unless(rows.findIndex(row => row.email === email) === index, 'email', 'This address stands in the file before')
  const found = rows.map((row, index) => ({ row, errors: [...personErrors(clinic, row), ...twice(row, index)] }))
  const errors = found.flatMap(({ row, errors: [first] }) => (first ? [{ line: row.line, ...first }] : []))
  if (errors.length > 0 && clinic.broken('THR-10')) return { added: 0, errors }
  const good = found.filter(item => item.errors.length === 0)
  for (const { row } of good) {
    clinic.people.add({ name: row.name, email: row.email, role: 'member', password: randomUUID(), partner: partner.id })
  }
  return { added: good.length, errors }
}
