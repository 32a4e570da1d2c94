import { randomInt } from 'node:crypto'
import { extname } from 'node:path'
import { found } from './answers.ts'
import type { Call } from './http.ts'
import { readUploads, type UploadedFile } from './multipart.ts'
import { isPng } from './png.ts'
import { refuse } from './rules.ts'

const types = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']
const extensions = ['.jpg', '.jpeg', '.png', '.gif', '.webp']

const looks = {
  type: { wants: 'a JPEG, PNG, GIF or WebP image', isRight: ({ type }: UploadedFile) => types.includes(type) },
  extension: {
    wants: 'the extension of an image',
    isRight: ({ fileName }: UploadedFile) => extensions.includes(extname(fileName).toLowerCase()),
  },
  content: { wants: 'a PNG image', isRight: ({ bytes }: UploadedFile) => isPng(bytes) },
}

export interface ImageRules {
  readonly mostBytes: number
  readonly longestName: number
  /** What shows that a file is an image: each of these. */
  readonly looksAt: readonly (keyof typeof looks)[]
}

export interface StoredImage {
  /** Made by us: no part of a path is left of what was sent. */
  readonly name: string
  /** Id of whoever sent it. */
  readonly owner: string
  readonly type: string
  readonly bytes: Buffer
  readonly createdAt: string
}

export interface Images {
  /** Keeps the files of a multipart body, or what `change` makes of each; refuses all with 400 when one is no image, or too large. */
  keep(call: Call, owner: string, change?: (bytes: Buffer) => Buffer): Promise<readonly StoredImage[]>
  get(name: string): StoredImage
  remove(name: string): boolean
  list(): readonly StoredImage[]
  readonly size: number
}

export function createImages({ mostBytes, longestName, looksAt }: ImageRules, now: () => number): Images {
  const images = new Map<string, StoredImage>()
  const wrong = (isWrong: boolean, expected: string) =>
    isWrong ? [{ field: 'file', message: `expected ${expected}` }] : []
  const nameOf = (fileName: string) => {
    const extension = extname(fileName).toLowerCase()
    const stem = fileName.slice(0, fileName.length - extension.length).toLowerCase()
    return `${stem.replaceAll(/[^a-z0-9]/g, '_').slice(0, 50)}-${now()}-${randomInt(1e9)}${extension.replaceAll(/[^a-z0-9.]/g, '')}`
  }
  return {
    async keep(call, owner, change = bytes => bytes) {
      const files = await readUploads(call)
      const errors = files.flatMap(file => [
        ...looksAt.flatMap(look => wrong(!looks[look].isRight(file), looks[look].wants)),
        ...wrong(file.bytes.length > mostBytes, `${mostBytes} bytes at most`),
        ...wrong(file.fileName.length > longestName, `a name of ${longestName} characters at most`),
      ])
      refuse(...errors)
      const createdAt = new Date(now()).toISOString()
      const kept = files.map(({ bytes, fileName, type }) => {
        return { name: nameOf(fileName), owner, type, bytes: change(bytes), createdAt }
      })
      for (const image of kept) images.set(image.name, image)
      return kept
    },
    get: name => found(images.get(name)),
    remove: name => images.delete(name),
    list: () => [...images.values()],
    get size() {
      return images.size
    },
  }
}
