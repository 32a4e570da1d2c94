import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { decode, encode } from 'dns-packet'

export interface NameServerOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** The address of each name; others do not exist. */
  readonly names: Readonly<Record<string, string>>
}

export interface NameServer {
  /** `tcp://127.0.0.1:5353`: an address of a pack has no scheme of its own for names. */
  readonly url: string
  close(): Promise<void>
}

const authoritative = 0x0400
const noSuchName = 3

/** A name server over UDP that knows A records alone. */
export async function listenNameServer({ host, port, names }: NameServerOptions): Promise<NameServer> {
  const socket = createSocket('udp4')
  socket.on('message', (message, from) => {
    try {
      const { id, questions = [] } = decode(message)
      const [question] = questions
      if (question === undefined) return
      const address = names[question.name.toLowerCase()]
      const answers =
        address !== undefined && question.type === 'A'
          ? [{ type: 'A' as const, name: question.name, ttl: 60, data: address }]
          : []
      const flags = authoritative + (address === undefined ? noSuchName : 0)
      socket.send(encode({ type: 'response', id: id!, flags, questions, answers }), from.port, from.address)
    } catch {
      // No question at all: a name server does not answer that.
    }
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  return {
    url: `tcp://${host === '0.0.0.0' ? '127.0.0.1' : host}:${socket.address().port}`,
    async close() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
