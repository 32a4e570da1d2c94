import type { Page } from 'playwright/test'
import { expect } from '#vedette/playwright'

/** What has arrived from the other side of a call. */
interface Received {
  readonly state: string
  /** Pictures that were decoded. */
  readonly frames: number
  readonly audioPackets: number
  /** Grows with every sound that is not silence. */
  readonly audioEnergy: number
}

/** Keeps every peer connection that the page makes, so that its figures can be read; call it before the page is opened. */
export async function watchCalls(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const connections: RTCPeerConnection[] = []
    Object.defineProperty(globalThis, '__vedetteCalls', { value: connections, enumerable: false })
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration)
        connections.push(this)
      }
    }
  })
}

/** The figures of the page's last peer connection; state `none` where there is no connection at all. */
async function received(page: Page): Promise<Received> {
  const none = { state: 'none', frames: 0, audioPackets: 0, audioEnergy: 0 }
  return page.evaluate(async none => {
    const connections = (globalThis as unknown as { __vedetteCalls?: RTCPeerConnection[] }).__vedetteCalls ?? []
    const last = connections.at(-1)
    if (!last) return none
    const inbound = [...(await last.getStats()).values()].filter(({ type }) => type === 'inbound-rtp')
    const sum = (kind: string, name: string) =>
      inbound.filter(item => item.kind === kind).reduce((total, item) => total + (item[name] ?? 0), 0)
    return {
      state: last.connectionState,
      frames: sum('video', 'framesDecoded'),
      audioPackets: sum('audio', 'packetsReceived'),
      audioEnergy: sum('audio', 'totalAudioEnergy'),
    }
  }, none)
}

/** The page is connected to somebody, and goes on getting pictures and sound from there. */
export async function expectLiveCall(page: Page, who: string, timeout = 5_000): Promise<void> {
  const look = (what: keyof Received) => ({ message: `${what} at ${who}`, timeout, intervals: [50] })
  await expect.poll(async () => (await received(page)).state, look('state')).toBe('connected')
  const before = await received(page)
  const grown = (what: 'frames' | 'audioPackets' | 'audioEnergy') =>
    expect.poll(async () => (await received(page))[what], look(what)).toBeGreaterThan(before[what])
  await Promise.all([grown('frames'), grown('audioPackets'), grown('audioEnergy')])
}
