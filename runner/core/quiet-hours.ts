import type { QuietHours } from './notifications.ts'

const minute = 60_000
const minutesOfDay = 1_440
// Clocks are set back by three hours at most (in Antarctica); nearer to the end every minute is looked at.
const farthestLeap = 190

/** The first moment from `at` on that is not in the quiet hours, by the clock on the wall of their time zone. */
export function afterQuiet(quiet: QuietHours | undefined, at: number): number {
  if (quiet === undefined || quiet.from === quiet.to) return at
  const timeOfDay = clockOf(quiet.timezone)
  const remaining = (time: number) => {
    const now = timeOfDay(time)
    const left = (quiet.to - now + minutesOfDay) % minutesOfDay
    const length = (quiet.to - quiet.from + minutesOfDay) % minutesOfDay
    return left > 0 && left <= length ? left : 0
  }
  let time = at
  for (let left = remaining(time); left > 0; left = remaining(time)) {
    // From the first step on it stands at a whole minute: quiet hours end with the minute.
    const steps = left > farthestLeap ? left - farthestLeap : 1
    time = Math.floor(time / minute) * minute + steps * minute
  }
  return time
}

/** Minutes since midnight on the clocks of a zone. */
function clockOf(timezone: string): (time: number) => number {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return time => {
    const [hours, minutes] = format.format(time).split(':').map(Number)
    return hours! * 60 + minutes!
  }
}

/** `07:00`, for people. */
export const timeOfDayText = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
