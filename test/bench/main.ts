/** `npm run bench -- probes store …`: measures and prints. Without names: all but `soak`, which takes half an hour. */

import { cpus, loadavg } from 'node:os'
import type { Row } from './row.ts'

const benches: Readonly<Record<string, () => Promise<{ bench(): Promise<readonly Row[]> }>>> = {
  probes: () => import('./probes.ts'),
  accuracy: () => import('./accuracy.ts'),
  schedule: () => import('./schedule.ts'),
  journeys: () => import('./journeys.ts'),
  store: () => import('./store.ts'),
  overview: () => import('./overview.ts'),
  memory: () => import('./memory.ts'),
  smoke: () => import('./smoke.ts'),
  restart: () => import('./restart.ts'),
  survivors: () => import('./survivors.ts'),
  soak: () => import('./soak.ts'),
}

const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(name in benches))
if (unknown.length > 0) {
  console.error(`expected benches of ${Object.keys(benches).join(', ')}, found ${unknown.join(', ')}`)
  process.exit(2)
}

console.log(`${cpus().length} cores, load ${loadavg()[0]!.toFixed(1)}, node ${process.version}`)
console.log('what | ours | peer | ratio | bar')
for (const name of asked.length > 0 ? asked : Object.keys(benches).filter(each => each !== 'soak')) {
  const { bench } = await benches[name]!()
  for (const row of await bench()) {
    console.log([row.what, row.ours, row.peer, row.ratio?.toFixed(2) ?? '', row.bar].join(' | '))
  }
}
