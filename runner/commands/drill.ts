import { parseArgs } from 'node:util'
import { formatDuration, parseDuration } from '../core/duration.ts'
import { type Command, type CommandIo, refuseEmpty, UsageError } from './command.ts'
import { table } from './table.ts'
import { askWatch, jsonOf, tokenFile, tokenOf } from './watch-client.ts'

/** As `POST /api/v1/drill` answers it. */
interface Delivered {
  readonly channel: string
  readonly state: 'waiting' | 'delivered' | 'dead' | 'dropped'
  readonly tries: number
  readonly delay?: number
  readonly trouble?: string
}

const usualUrl = 'http://127.0.0.1:9464'

export const command: Command = {
  summary: 'sends a marked test alarm through a running watch, and proves that it arrives',
  usage: `vedette drill [options]

The message says DRILL, counts in no statistic, and heeds no quiet hours. Without --check and --channel all notifiers get it.

  --check <system>/<check>   as if this check failed: to those who would be told of it
  --channel <id>        to this notifier alone
  --url <url>           of the running watch (default: ${usualUrl})
  --token <token>       default: VEDETTE_TOKEN, else the one in the data folder
  --data <folder>       where the token is (default: ./.vedette)
  --timeout <duration>  how long to wait for deliveries (default: 60s)
  --json                the answer as one JSON object

Exit codes: 0 all delivered, 1 not all, 2 bad usage or an unknown check, channel or token, 3 no watch answers.`,
  async run(argv, io) {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        check: { type: 'string' },
        channel: { type: 'string' },
        url: { type: 'string', default: usualUrl },
        token: { type: 'string' },
        data: { type: 'string' },
        timeout: { type: 'string', default: '60s' },
        json: { type: 'boolean', default: false },
      },
    })
    const timeout = parseDuration(values.timeout)
    if (timeout === undefined || timeout < 1_000 || timeout > 600_000)
      throw new UsageError(`expected --timeout from 1s to 10m, found '${values.timeout}'`)
    if (!URL.canParse(values.url) || !/^https?:$/.test(new URL(values.url).protocol))
      throw new UsageError(`expected --url to be an address such as ${usualUrl}, found '${values.url}'`)
    refuseEmpty(values, ['check', 'channel'])
    const body = {
      ...(values.check === undefined ? {} : { check: values.check }),
      ...(values.channel === undefined ? {} : { channel: values.channel }),
      timeout,
    }
    const address = new URL('/api/v1/drill', values.url).href
    // The watch answers at its timeout; whoever does not by then is none.
    const patience = timeout + 10_000
    const answer = await askWatch(address, { token: tokenFor(values, io), post: body, patience, io })
    if ('trouble' in answer && io.signal.aborted) return io.signal.reason === 'SIGTERM' ? 143 : 130
    const said = 'trouble' in answer ? undefined : (jsonOf(answer.text) as Said | undefined)
    if ('trouble' in answer || said === undefined) {
      const found =
        'trouble' in answer
          ? `: ${answer.trouble}; start it, or`
          : ` something else, which answers ${answer.status} without JSON;`
      io.error(
        `vedette drill: expected \`vedette watch\` to answer at ${values.url}, found${found} name its address with --url\n`,
      )
      return 3
    }
    const { deliveries, detail = `expected the result of a drill, found ${answer.status}` } = said
    if (deliveries === undefined) {
      io.error(`vedette drill: ${detail}\n`)
      return answer.status >= 500 ? 3 : 2
    }
    io.write(
      values.json
        ? `${JSON.stringify({ deliveries })}\n`
        : table(deliveries.map(row), io.isTTY ? io.columns : Number.POSITIVE_INFINITY),
    )
    return deliveries.length > 0 && deliveries.every(({ state }) => state === 'delivered') ? 0 : 1
  },
}

interface Said {
  readonly deliveries?: readonly Delivered[]
  readonly detail?: string
}

function tokenFor(
  { token, data }: { readonly token?: string | undefined; readonly data?: string | undefined },
  io: CommandIo,
): string {
  const found = token || tokenOf(data, io)
  if (found !== undefined) return found
  throw new UsageError(
    `expected a token in --token, VEDETTE_TOKEN or ${tokenFile(data, io)}, found none; --data names the folder that \`watch\` uses`,
  )
}

const words = { delivered: 'delivered', dead: 'refused', dropped: 'dropped', waiting: 'not delivered' } as const

const row = ({ channel, state, tries, delay, trouble }: Delivered) => ({
  channel,
  result: words[state],
  after: delay === undefined ? '-' : formatDuration(delay),
  tries: String(tries),
  why: trouble ?? '',
})
