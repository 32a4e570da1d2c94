import { html, type Markup } from '../kit/html.ts'
import { act, choice, field, figures, filter, remoteChoice, send, table } from './page-parts.ts'

export interface Content {
  readonly title: string
  readonly body: Markup
  /** Reached from another page, not from the menu. */
  readonly hidden?: boolean
  /** Shown without a session. */
  readonly open?: boolean
  readonly script?: string
}

const when = { Doctor: 'doctor', Patient: 'patient', 'Starts at': 'startsAt', State: 'state' }
const specialties = ['', 'Cardiology', 'Dermatology', 'General practice', 'Neurology', 'Orthopaedics', 'Paediatrics']
const appointments = (label: string, from: string, actions?: Markup) =>
  table({ label, from, columns: when, live: 'appointment', ...(actions ? { actions } : {}) })
const stats = figures('/api/dashboard/stats', {
  Appointments: 'appointments',
  Pending: 'pending',
  Customers: 'customers',
  'Open tasks': 'openTasks',
})
const customers = () =>
  html`${filter('Customers', field('Search', 'search', 'search'))}
${table({ label: 'Customers', from: '/api/patients', columns: { Name: 'name', 'E-mail': 'email', Phone: 'phone' }, link: '/patient-history/{id}' })}`
const notifications = html`<section aria-labelledby="news"><h2 id="news">Notifications</h2>
${table({ label: 'Notifications', from: '/api/notifications', columns: { Message: 'text' }, live: 'notification' })}</section>`
const approvals = html`${act('Approve', 'POST /api/appointments/{id}/approve')}${act('Reject', 'POST /api/appointments/{id}/reject')}`

/** The pages by path, in the order of the menu. */
export const contents: Readonly<Record<string, Content>> = {
  '/auth/login': {
    title: 'Sign in',
    open: true,
    hidden: true,
    body: html`<form data-sign-in novalidate>${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password')}<button>Sign in</button></form>
<form data-second-factor hidden novalidate><label>Code of your authenticator <input name="code" inputmode="numeric" autocomplete="one-time-code"></label><button>Confirm</button></form>
<p><a href="/auth/register">Register</a></p>`,
  },
  '/auth/register': {
    title: 'Register',
    open: true,
    hidden: true,
    body: html`${send('POST /api/auth/register', html`${field('Name', 'name')}${field('E-mail', 'email', 'email')}${field('Password', 'password', 'password')}`, 'Register', 'You are registered. Please sign in')}
<p><a href="/auth/login">Sign in</a></p>`,
  },
  '/dashboard': {
    title: 'Dashboard',
    body: html`${stats}<h2>Recent appointments</h2>${appointments('Recent appointments', '/api/appointments')}${notifications}`,
  },
  '/agent-dashboard': {
    title: 'Agent dashboard',
    body: html`${figures('/api/analytics/performance', { Completed: 'completed', Cancelled: 'cancelled', Payments: 'payments' })}
${figures('/api/analytics/kpis', { 'Completion rate': 'completionRate', 'Cancellation rate': 'cancellationRate' })}`,
  },
  '/doctor-search': {
    title: 'Find a doctor',
    body: html`${filter('Doctors', html`${field('Search', 'search', 'search')}${choice('Specialty', 'specialty', specialties)}<label>Hospital <select name="hospital" data-options="/api/hospitals" data-text="{name}"><option value="">all</option></select></label>`)}
${table({ label: 'Doctors', from: '/api/doctors', columns: { Name: 'name', Specialty: 'specialty', Hospital: 'hospital', Rating: 'rating', Fee: 'fee' }, link: '/appointment-booking/{id}' })}`,
  },
  '/appointment-booking/:id': {
    title: 'Book an appointment',
    hidden: true,
    script: 'booking.js',
    body: html`<p data-doctor aria-live="polite">…</p>
<section data-step="slot" aria-labelledby="choose"><h2 id="choose">Choose a time</h2>${field('Date', 'date', 'date')}<ul aria-label="Free times" data-slots></ul></section>
<form data-step="patient" hidden novalidate><h2>Patient</h2>${field('Name', 'name')}${field('E-mail', 'email', 'email')}${field('Phone', 'phone', 'tel')}<button>Continue</button></form>
<section data-step="review" hidden aria-labelledby="review"><h2 id="review">Confirm</h2><p data-summary></p><button type="button" data-confirm>Confirm booking</button></section>
<section data-step="done" hidden aria-labelledby="done"><h2 id="done">Booked</h2><p data-done role="status"></p><p><a href="/appointments">All appointments</a></p></section>`,
  },
  '/appointments': {
    title: 'Appointments',
    body: html`${filter('Appointments', html`${field('Search', 'search', 'search')}${choice('State', 'state', ['', 'pending', 'confirmed', 'completed', 'cancelled', 'rejected'])}`)}
${appointments('Appointments', '/api/appointments', act('Cancel', 'PATCH /api/appointments/{id}/status', { state: 'cancelled' }, 'state=confirmed'))}`,
  },
  '/approval-workflows': {
    title: 'Approvals',
    body: appointments('Pending appointments', '/api/appointments/pending-acb', approvals),
  },
  '/acb-confirmation': {
    title: 'ACB confirmations',
    body: appointments('Approved appointments', '/api/appointments?kind=acb&state=confirmed'),
  },
  '/bulk-booking': {
    title: 'Bulk booking',
    body: send(
      'POST /api/appointments/bulk',
      html`${remoteChoice('Doctor', 'doctorId', '/api/doctors', '{name}, {specialty}')}${field('Date', 'date', 'date')}
<label>Patients, one a line: name, e-mail <textarea name="patients" rows="6" data-rows="name,email"></textarea></label>`,
      'Book all',
      '{total} appointments are booked',
    ),
  },
  '/follow-up-scheduling': {
    title: 'Follow-ups',
    body: html`${send(
      'POST /api/appointments/{appointment}/follow-up',
      html`${remoteChoice('Past appointment', 'appointment', '/api/appointments?state=completed', '{patient}, {doctor}, {startsAt}')}${field('Date', 'date', 'date')}`,
      'Schedule follow-up',
      'The follow-up is scheduled for {startsAt}',
    )}${appointments('Follow-ups', '/api/appointments?kind=follow-up')}`,
  },
  '/customers': { title: 'Customers', body: customers() },
  '/patient-history': { title: 'Patient history', body: customers() },
  '/patient-history/:id': {
    title: 'History of a patient',
    hidden: true,
    body: table({ label: 'Past appointments', from: '/api/patients/{page}/history', columns: when }),
  },
  '/payments': {
    title: 'Payments',
    body: html`${send('POST /api/payments', html`${field('Customer', 'customer')}${field('Amount', 'amount', 'number')}${choice('Method', 'method', ['card', 'bank transfer'])}`, 'Pay', '{amount} paid by {customer}')}
${table({ label: 'Payments', from: '/api/payments', columns: { Customer: 'customer', Amount: 'amount', Method: 'method', State: 'state' }, actions: act('Refund', 'POST /api/payments/refund', { paymentId: '{id}' }, 'state=paid') })}`,
  },
  '/reports': {
    title: 'Reports',
    body: html`<h2>New report</h2>${send('POST /api/reports/generate', reportFields('Title'), 'Generate', '{title} is ready')}
${table({ label: 'Reports', from: '/api/reports', columns: { Title: 'title', Kind: 'kind', Format: 'format' }, actions: html`${act('Download', 'DOWNLOAD /api/reports/{id}/download')}${act('Delete', 'DELETE /api/reports/{id}')}` })}
<h2>Schedule</h2>${send('POST /api/reports/schedule', html`${reportFields('Title of the schedule')}${choice('Every', 'every', ['day', 'week', 'month'])}`, 'Schedule', '{title} comes every {every}')}
${table({ label: 'Scheduled reports', from: '/api/reports/schedule', columns: { Title: 'title', Kind: 'kind', Every: 'every' }, actions: act('Remove', 'DELETE /api/reports/schedule/{id}') })}`,
  },
  '/tasks': {
    title: 'Tasks',
    body: html`${send('POST /api/tasks', html`${field('Title', 'title')}${choice('Priority', 'priority', ['normal', 'low', 'high'])}`, 'Save task', '{title} is saved')}
${filter('Tasks', html`${field('Search', 'search', 'search')}${choice('Status', 'status', ['', 'open', 'in progress', 'done'])}`)}
${table({
  label: 'Tasks',
  from: '/api/tasks',
  columns: { Title: 'title', Priority: 'priority', Status: 'status', Assignee: 'assignee' },
  actions: html`${act('Edit', 'EDIT PUT /api/tasks/{id}')}${act('Assign to me', 'POST /api/tasks/assign', { taskId: '{id}', assignee: 'me' })}${act('Complete', 'PATCH /api/tasks/{id}/status', { status: 'done' }, 'status=open')}${act('Delete', 'DELETE /api/tasks/{id}')}`,
})}`,
  },
  '/support-tickets': {
    title: 'Support tickets',
    body: html`${send('POST /api/support-tickets', html`${field('Subject', 'subject')}<label>Message <textarea name="message" rows="4"></textarea></label>`, 'Open ticket', 'Your ticket is open')}
${table({ label: 'Support tickets', from: '/api/support-tickets', columns: { Subject: 'subject', State: 'state' } })}`,
  },
  '/settings': {
    title: 'Settings',
    script: 'profile.js',
    body: html`${figures('/api/users/me', { Name: 'name', 'E-mail': 'email', Role: 'role' })}
<h2>Profile image</h2><p><img data-image alt="Your profile image" hidden></p>
<label>Image (PNG) <input type="file" accept="image/png" data-upload></label>
<button type="button" data-remove hidden>Remove image</button>`,
  },
  '/help-support': {
    title: 'Help',
    body: html`<p>Write to the support team by a <a href="/support-tickets">ticket</a>, or call +962 555 0100.</p>
<details><summary>How do I book an appointment?</summary><p>Find a doctor, choose a free time, and enter the patient.</p></details>`,
  },
}

function reportFields(title: string): Markup {
  return html`${field(title, 'title')}${choice('Kind', 'kind', ['appointments', 'payments', 'performance'])}${choice('Format', 'format', ['pdf', 'xlsx'])}`
}
