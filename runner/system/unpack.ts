import type { Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib'

/** Unpacks a body while counting, so that a small packet cannot become a mountain. */
export interface Unpacker {
  write(chunk: Buffer): void
  end(): void
  destroy(): void
}

export interface UnpackerOptions {
  /** Value of content-encoding, such as `gzip`. */
  readonly encoding: string
  onData(chunk: Buffer): void
  onEnd(): void
  onError(error: Error): void
}

const mostLayers = 3

/** Names of a content-encoding header, the first applied one first; nothing for `identity`. */
export const encodingsOf = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .toLowerCase()
    .split(',')
    .map(name => name.trim().replace(/^x-/, ''))
    .filter(name => name !== '' && name !== 'identity')

/** Undefined when we cannot unpack one of the encodings. */
export function createUnpacker({ encoding, onData, onEnd, onError }: UnpackerOptions): Unpacker | undefined {
  const names = encodingsOf(encoding)
  if (names.length > mostLayers || !names.every(name => name in makers)) return undefined
  let layers: readonly Transform[] | undefined
  // Deflate means zlib by the standard and raw in practice; the first byte tells.
  const start = (first: Buffer): readonly Transform[] => {
    const made = names.toReversed().map((name, index) => makers[name]!(index === 0 ? first : undefined))
    made.reduce((from, to) => from.pipe(to))
    for (const layer of made) layer.on('error', onError)
    made.at(-1)!.on('data', onData).on('end', onEnd)
    return made
  }
  return {
    write(chunk) {
      layers ??= start(chunk)
      layers[0]!.write(chunk)
    },
    end() {
      if (layers) layers[0]!.end()
      else onEnd()
    },
    destroy() {
      for (const layer of layers ?? []) layer.destroy()
    },
  }
}

const makers: Readonly<Record<string, (first: Buffer | undefined) => Transform>> = {
  gzip: () => createGunzip(),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
  deflate: first => (first !== undefined && (first[0]! & 0x0f) !== 8 ? createInflateRaw() : createInflate()),
}
