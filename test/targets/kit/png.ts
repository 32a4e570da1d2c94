/** PNG images: enough to read what browsers and cameras' programs write (8 bits, not interlaced), resize it, and write it again. */

import { crc32, deflateSync, inflateSync } from 'node:zlib'

/** Four bytes a pixel: red, green, blue, opacity. */
export interface Image {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

const signature = Buffer.from('89504e470d0a1a0a', 'hex')
/** Samples of a pixel by colour type: grey, colour, grey with opacity, colour with opacity. */
const samplesOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 4: 2, 6: 4 }
const mostPixels = 40_000_000

export const isPng = (bytes: Buffer): boolean => bytes.subarray(0, 8).equals(signature)

/** Throws on what is no PNG, or a kind that is not read. */
export function readPng(bytes: Buffer): Image {
  if (!isPng(bytes)) throw new Error('expected a PNG image, found another file')
  const chunks = [...chunksOf(bytes)]
  const head = chunks.find(({ type }) => type === 'IHDR')?.data
  const samples = samplesOf[head?.[9] ?? -1]
  if (head?.length !== 13 || head[8] !== 8 || head[12] !== 0 || samples === undefined) {
    throw new Error('expected a PNG image of 8 bits a sample that is not interlaced')
  }
  const [width, height] = [head.readUInt32BE(0), head.readUInt32BE(4)]
  if (width * height === 0 || width * height > mostPixels) throw new Error(`expected 1 to ${mostPixels} pixels`)
  const packed = Buffer.concat(chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data))
  const lines = inflateSync(packed, { maxOutputLength: height * (width * samples + 1) })
  return { width, height, pixels: spread(unfilter(lines, width * samples, samples, height), samples) }
}

function* chunksOf(bytes: Buffer) {
  for (let at = 8; at + 12 <= bytes.length; ) {
    const size = bytes.readUInt32BE(at)
    const type = bytes.toString('latin1', at + 4, at + 8)
    yield { type, data: bytes.subarray(at + 8, at + 8 + size) }
    if (type === 'IEND') return
    at += size + 12
  }
}

/** Each line was written as the difference to its neighbours, in one of five ways. */
function unfilter(lines: Buffer, stride: number, samples: number, height: number): Uint8Array {
  if (lines.length !== height * (stride + 1)) throw new Error('expected a whole PNG image, found a part')
  const out = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = lines[y * (stride + 1)]!
    for (let x = 0; x < stride; x++) {
      const at = y * stride + x
      const left = x < samples ? 0 : out[at - samples]!
      const up = y === 0 ? 0 : out[at - stride]!
      const corner = x < samples || y === 0 ? 0 : out[at - stride - samples]!
      const guess = [0, left, up, (left + up) >> 1, nearestOf(left, up, corner)][filter] ?? 0
      out[at] = lines[y * (stride + 1) + 1 + x]! + guess
    }
  }
  return out
}

function nearestOf(left: number, up: number, corner: number): number {
  const guess = left + up - corner
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}

function spread(raw: Uint8Array, samples: number): Uint8Array {
  if (samples === 4) return raw
  const count = raw.length / samples
  const pixels = new Uint8Array(count * 4)
  for (let index = 0; index < count; index++) {
    const [first, second, third] = raw.subarray(index * samples)
    const isGrey = samples < 3
    pixels.set([first!, isGrey ? first! : second!, isGrey ? first! : third!, samples === 2 ? second! : 255], index * 4)
  }
  return pixels
}

export function writePng({ width, height, pixels }: Image): Buffer {
  const lines = Buffer.alloc(height * (width * 4 + 1))
  for (let y = 0; y < height; y++)
    lines.set(pixels.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1)
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(data.length + 12)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  out.set(data, 8)
  out.writeUInt32BE(crc32(out.subarray(4, data.length + 8)), data.length + 8)
  return out
}

/** The middle square of an image, as a square of `side` pixels. */
export function toSquare({ width, height, pixels }: Image, side: number): Image {
  const edge = Math.min(width, height)
  const [fromX, fromY] = [(width - edge) >> 1, (height - edge) >> 1]
  const source = new Uint32Array(pixels.buffer.slice(pixels.byteOffset, pixels.byteOffset + pixels.length))
  const out = new Uint32Array(side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [sourceX, sourceY] = [x, y].map(place => Math.floor(((place + 0.5) * edge) / side)) as [number, number]
      out[y * side + x] = source[(fromY + sourceY) * width + fromX + sourceX]!
    }
  }
  return { width: side, height: side, pixels: new Uint8Array(out.buffer) }
}
