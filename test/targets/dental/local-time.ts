/** Times of the clinics as their walls show them, `2026-11-21T09:30`: all three keep the time of São Paulo. */

const minuteIn = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/Sao_Paulo',
  dateStyle: 'short',
  timeStyle: 'short',
})

export const localTime = (epoch: number): string => minuteIn.format(epoch).replace(' ', 'T')

/** The day that is some days after (or, below 0, before) a local time. */
export function dayAfter(local: string, days: number): string {
  const noon = Date.parse(`${local.slice(0, 10)}T12:00Z`)
  return new Date(noon + days * 86_400_000).toISOString().slice(0, 10)
}

/** Whether the calendar has this minute: 30 February looks right and is not. */
export function isLocalTime(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(value)) return false
  const time = Date.parse(`${value}Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(value)
}

/** `21/11/2026 às 09:30` */
export const inWords = (local: string): string =>
  `${local.slice(8, 10)}/${local.slice(5, 7)}/${local.slice(0, 4)} às ${local.slice(11)}`
