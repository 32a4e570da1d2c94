import { parseArgs } from 'node:util'
import { createCodAdmin } from './create-cod-admin.ts'

/** `node test/targets/cod-admin/main.ts --port 7105 [--host 0.0.0.0] [--break COD-14,COD-21] [--revision abc]` */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '7105' },
    host: { type: 'string' },
    break: { type: 'string' },
    revision: { type: 'string' },
  },
})
const target = await createCodAdmin({
  port: Number(values.port),
  ...(values.host ? { host: values.host } : {}),
  ...(values.break ? { broken: values.break.split(',') } : {}),
  ...(values.revision ? { revision: values.revision } : {}),
})
for (const [name, url] of Object.entries(target.urls)) console.log(`${name.padEnd(8)} ${url}`)
console.log(`control  ${target.control.url}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void target.close())
