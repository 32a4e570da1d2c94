import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Certificate } from './certificate.ts'

export interface Listener {
  readonly server: Server
  /** `http://127.0.0.1:7105`, without a slash at its end. */
  readonly url: string
  /** Ends all connections. */
  close(): Promise<void>
}

export interface ListenOptions {
  /** Default: 127.0.0.1. */
  readonly host?: string
  /** 0: any free port. */
  readonly port: number
  /** With a certificate it speaks TLS. */
  readonly certificate?: Certificate
}

export async function listen(listener: RequestListener, options: ListenOptions): Promise<Listener> {
  const { host = '127.0.0.1', port, certificate } = options
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener)
  server.listen(port, host)
  await once(server, 'listening').catch(error => {
    throw error.code === 'EADDRINUSE'
      ? new Error(
          `expected port ${port} of ${host} to be free, found it in use; end what listens there or choose another`,
        )
      : error
  })
  const { port: bound } = server.address() as AddressInfo
  return {
    server,
    url: `${certificate ? 'https' : 'http'}://${host === '0.0.0.0' ? '127.0.0.1' : host}:${bound}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
