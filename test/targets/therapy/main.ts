import { parseArgs } from 'node:util'
import { createTherapy } from './create-therapy.ts'

/** `node test/targets/therapy/main.ts --port 7120 [--host 0.0.0.0] [--break THR-04,THR-08] [--revision abc]` */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7120' },
    host: { type: 'string' },
    break: { type: 'string' },
    revision: { type: 'string' },
  },
})
const target = await createTherapy({
  port: Number(values.port),
  ...(values.host ? { host: values.host } : {}),
  ...(values.break ? { broken: values.break.split(',') } : {}),
  ...(values.revision ? { revision: values.revision } : {}),
})
for (const [name, url] of Object.entries(target.urls)) console.log(`${name.padEnd(8)} ${url}`)
console.log(`control  ${target.control.url}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void target.close())
