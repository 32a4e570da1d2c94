/** What is on the other side of a link: a shop and a name server that knows it. `node far-side-process.ts <address of the name server>`. */

import { createServer } from 'node:http'
import { listenNameServer } from '../targets/kit/name-server.ts'

const server = createServer((_, response) => void response.end('hello')).listen(80, '0.0.0.0')
server.once('listening', async () => {
  await listenNameServer({ host: process.argv[2]!, port: 53, names: { 'shop.test': '203.0.113.7' } })
  console.log('ready')
})
