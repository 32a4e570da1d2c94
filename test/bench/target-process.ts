/**
 * What the benches probe, in a process of its own: `target-process.ts`. `/` answers at once; `/wait` after about 20 ms, and remembers for the run
 * named in the request how long it really took. HTTP and HTTPS.
 */

import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { createCertificate } from '../targets/kit/certificate.ts'

const took: [string, number][] = []
const body = Buffer.alloc(512, 'x')
const day = 86_400_000
const certificate = createCertificate({
  names: ['localhost'],
  validFrom: Date.now() - day,
  validUntil: Date.now() + 30 * day,
})

const answer: Parameters<typeof createServer>[1] = (request, response) => {
  response.setHeader('connection', 'close')
  if (request.url !== '/wait') return response.end(body)
  const start = performance.now()
  return setTimeout(() => {
    took.push([String(request.headers['x-vedette-run']), performance.now() - start])
    response.end(body)
  }, 20)
}
const plain = createServer(answer).listen(0, '127.0.0.1')
const secure = createSecureServer({ key: certificate.key, cert: certificate.cert }, answer).listen(0, '127.0.0.1')
const port = (server: { address(): unknown }) => (server.address() as AddressInfo).port

process.on('message', message => {
  if (message === 'took') process.send!(took)
  if (message === 'stop') process.exit(0)
})
await Promise.all([plain, secure].map(server => new Promise(resolve => server.once('listening', resolve))))
process.send!({ http: `http://127.0.0.1:${port(plain)}`, https: `https://127.0.0.1:${port(secure)}` })
