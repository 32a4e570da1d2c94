/** Bare timers, for the bench of the schedule: so many in each minute, spread evenly; p99 of their lateness on demand. */

const count = Number(process.argv[2])
const minute = 60_000
let late: number[] = []

for (let index = 0; index < count; index += 1) arm(performance.now() + (index * minute) / count)

process.on('message', message => {
  if (message === 'stop') process.exit(0)
  process.send!(late.toSorted((a, b) => a - b)[Math.floor(late.length * 0.99)] ?? 0)
  late = []
})
process.send!('ready')

function arm(due: number): void {
  setTimeout(
    () => {
      // Node's timers count whole milliseconds and may fire a part of one early.
      late.push(Math.max(0, performance.now() - due))
      arm(due + minute)
    },
    Math.max(0, due - performance.now()),
  )
}
