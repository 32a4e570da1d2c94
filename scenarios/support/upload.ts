import type { APIResponse } from 'playwright/test'
import { expect, test } from '#vedette/playwright'

export interface UploadedFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

/** A real picture of one dot; `bytes` long where that is given, as a picture with a long tail. */
export function picture(bytes = 0): Buffer {
  const dot = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  return Buffer.concat([dot, Buffer.alloc(Math.max(0, bytes - dot.length))])
}

const script = Buffer.from('<?php system($_GET["c"]); ?><script>alert(document.cookie)</script>')

export interface Uploads {
  /** Sends a file and removes what is kept of it: `file => request.post('/api/upload', { multipart: { file } })`. */
  readonly upload: (file: UploadedFile) => Promise<APIResponse>
  /** The largest file that is kept, bytes. */
  readonly mostBytes: number
  /** Begins the name of each file, so that what a killed run left behind can be found. Default: none. */
  readonly mark?: string
  /** Further files that must be refused. */
  readonly others?: readonly UploadedFile[]
}

/** Pictures are kept; what only calls itself one, by name or by type, and what is too large, is refused. */
export async function expectOnlyPicturesKept({ upload, mostBytes, mark = '', others = [] }: Uploads): Promise<void> {
  const send = (file: UploadedFile) => upload({ ...file, name: mark + file.name })
  await test.step('a picture is kept', async () => {
    const response = await send({ name: 'photo.png', mimeType: 'image/png', buffer: picture() })
    expect([200, 201], 'status of a picture').toContain(response.status())
  })
  for (const [what, file] of [
    ['a script named photo.png', { name: 'photo.png', mimeType: 'image/png', buffer: script }],
    ['a page named photo.png', { name: 'photo.png', mimeType: 'text/html', buffer: script }],
    ['a picture named photo.php', { name: 'photo.php', mimeType: 'image/png', buffer: picture() }],
    [
      `a picture of ${mostBytes + 1} bytes`,
      { name: 'large.png', mimeType: 'image/png', buffer: picture(mostBytes + 1) },
    ],
    ...others.map(file => [`${file.name} as ${file.mimeType}`, file] as const),
  ] as const) {
    await test.step(`${what} is refused`, async () => {
      expect([400, 403, 413, 415, 422], `status of ${what}`).toContain((await send(file)).status())
    })
  }
}
