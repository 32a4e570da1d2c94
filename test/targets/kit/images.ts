import { randomInt } from 'node:crypto'
import { extname } from 'node:path'
import { found } from './answers.ts'
import type { Call } from './http.ts'
import { readUpload } from './multipart.ts'
import { refuse } from './rules.ts'

const types = ['image/jpeg', 'image/png', 'image/gif', 'image/webp']
const extensions = ['.jpg', '.jpeg', '.png', '.gif', '.webp']

export interface ImageRules {
  readonly mostBytes: number
  readonly longestName: number
  /** True: only the type that the sender gives is looked at. */
  readonly anyExtension?: boolean
}

export interface StoredImage {
  /** Made by us: no part of a path is left of what was sent. */
  readonly name: string
  readonly type: string
  readonly bytes: Buffer
  readonly createdAt: string
}

export interface Images {
  /** Keeps the file of a multipart body; refuses with 400 what is no image by type and by extension, or too large. */
  keep(call: Call): Promise<StoredImage>
  get(name: string): StoredImage
  remove(name: string): boolean
  list(): readonly StoredImage[]
}

export function createImages(rules: ImageRules, now: () => number): Images {
  const images = new Map<string, StoredImage>()
  const wrong = (isWrong: boolean, expected: string) =>
    isWrong ? [{ field: 'file', message: `expected ${expected}` }] : []
  return {
    async keep(call) {
      const { bytes, fileName, type } = await readUpload(call)
      const extension = extname(fileName).toLowerCase()
      refuse(
        ...wrong(!types.includes(type), 'a JPEG, PNG, GIF or WebP image'),
        ...wrong(!extensions.includes(extension) && !rules.anyExtension, 'the extension of an image'),
        ...wrong(bytes.length > rules.mostBytes, `${rules.mostBytes} bytes at most`),
        ...wrong(fileName.length > rules.longestName, `a name of ${rules.longestName} characters at most`),
      )
      const stem = fileName.slice(0, fileName.length - extension.length).toLowerCase()
      const name = `${stem.replaceAll(/[^a-z0-9]/g, '_').slice(0, 50)}-${now()}-${randomInt(1e9)}${extension.replaceAll(/[^a-z0-9.]/g, '')}`
      const image = { name, type, bytes, createdAt: new Date(now()).toISOString() }
      images.set(name, image)
      return image
    },
    get: name => found(images.get(name)),
    remove: name => images.delete(name),
    list: () => [...images.values()],
  }
}
