import type { Socket } from 'node:net'
import { createSecureContext, TLSSocket, type TlsOptions } from 'node:tls'
import { type BadServer, badServer } from './bad-server.ts'

/** Speaks a little SMTP: greets, knows EHLO, QUIT and, with a certificate, STARTTLS; without one it stays silent after promising it. */
export function mailServer({
  tls,
  goAhead = '220 go ahead\r\n',
  onHello = () => {},
}: {
  tls?: TlsOptions
  goAhead?: string
  /** The other side begins a handshake that will not go on. */
  onHello?: () => void
} = {}): Promise<BadServer> {
  const listen = (socket: Socket) => {
    socket.on('data', chunk => {
      const said = chunk.toString()
      if (said.startsWith('EHLO')) socket.write('250-mail\r\n250 ok\r\n')
      if (said.startsWith('QUIT')) socket.end('221 bye\r\n')
      if (!said.startsWith('STARTTLS')) return
      socket.removeAllListeners('data')
      socket.write(goAhead)
      if (!tls) return void socket.on('data', onHello)
      const secured = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) })
      secured.on('error', () => {})
      listen(secured)
    })
  }
  return badServer({
    onConnect(socket) {
      socket.removeAllListeners('data')
      listen(socket)
      socket.write('220 mail ready\r\n')
    },
  })
}
