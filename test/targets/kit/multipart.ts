import { type Call, Refusal } from './http.ts'

export interface UploadedFile {
  readonly field: string
  /** As the client sent it: never to be trusted. */
  readonly fileName: string
  readonly type: string
  readonly bytes: Buffer
}

/** The first file of a multipart/form-data body. Refused with 400 when there is none. */
export const readUpload = async (call: Call): Promise<UploadedFile> => (await readUploads(call))[0]!

/** All files of a multipart/form-data body. Refused with 400 when there is none. */
export async function readUploads(call: Call): Promise<readonly UploadedFile[]> {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(call.header('content-type'))?.[1]
  const body = await call.bytes()
  const files = boundary === undefined ? [] : split(body, `--${boundary}`).flatMap(part => readPart(part) ?? [])
  if (files.length === 0) throw new Refusal(400, { errors: [{ field: 'file', message: 'expected a file' }] })
  return files
}

function split(body: Buffer, mark: string): readonly Buffer[] {
  const parts: Buffer[] = []
  let from = body.indexOf(mark)
  while (from !== -1) {
    const next = body.indexOf(`\r\n${mark}`, from)
    if (next === -1) break
    parts.push(body.subarray(from + mark.length + 2, next))
    from = next + 2
  }
  return parts
}

function readPart(part: Buffer): UploadedFile | undefined {
  const end = part.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const head = part.subarray(0, end).toString()
  const fileName = /;\s*filename="([^"]*)"/i.exec(head)?.[1]
  if (fileName === undefined) return undefined
  return {
    field: /;\s*name="([^"]*)"/i.exec(head)?.[1] ?? '',
    fileName,
    type: /^content-type:\s*([^\r\n;]+)/im.exec(head)?.[1]?.trim() ?? '',
    bytes: part.subarray(end + 4),
  }
}
