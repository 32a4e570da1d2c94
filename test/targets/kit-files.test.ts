import { deflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readZip } from '../../runner/journeys/zip.ts'
import { totp } from '../../scenarios/support/totp.ts'
import { wanted } from './kit/answers.ts'
import { createAssets } from './kit/assets.ts'
import { createCollection } from './kit/collection.ts'
import { writePdf, writeXlsx } from './kit/documents.ts'
import { createService, type Refusal } from './kit/http.ts'
import { listen } from './kit/listen.ts'
import { isPng, readPng, toSquare, writePng } from './kit/png.ts'
import { amount, email, oneOf, optional, readFields, text } from './kit/rules.ts'
import { isTotp } from './kit/totp.ts'

const image = (width: number, height: number, colourAt: (x: number, y: number) => readonly number[]) => ({
  width,
  height,
  pixels: Uint8Array.from({ length: width * height * 4 }, (_, at) => {
    const pixel = at >> 2
    return colourAt(pixel % width, Math.floor(pixel / width))[at & 3]!
  }),
})

test('an image is read as it was written', () => {
  const written = image(7, 5, (x, y) => [x * 30, y * 50, x ^ y, 255 - x])
  expect(readPng(writePng(written))).toEqual(written)
})

// Each line below is filtered in another way: none, left, up, their mean, the nearest of three. By hand, from the standard.
test('all five ways of filtering lines are undone', () => {
  const lines = Buffer.from([
    ...[0, 10, 20, 30, 40],
    ...[1, 5, 5, 5, 5],
    ...[2, 1, 1, 1, 1],
    ...[3, 2, 2, 2, 2],
    ...[4, 3, 3, 3, 3],
  ])
  const grey = greyPng(writePng(image(4, 5, () => [0, 0, 0, 255])), lines)
  const rows = Array.from({ length: 5 }, (_, y) =>
    Array.from({ length: 4 }, (_, x) => readPng(grey).pixels[(y * 4 + x) * 4]),
  )
  expect(rows).toEqual([
    [10, 20, 30, 40],
    [5, 10, 15, 20],
    [6, 11, 16, 21],
    [5, 10, 15, 20],
    [8, 13, 18, 23],
  ])
})

/** The image file with other lines, in grey. Its sums are left out: readers may skip them. */
function greyPng(png: Buffer, lines: Buffer): Buffer {
  const head = Buffer.from(png.subarray(0, 33))
  head[25] = 0
  const data = deflateSync(lines)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(data.length)
  return Buffer.concat([head, size, Buffer.from('IDAT'), data, Buffer.alloc(4), png.subarray(png.length - 12)])
}

test('the middle square of an image keeps its colours', () => {
  const wide = image(60, 20, x => (x < 30 ? [255, 0, 0, 255] : [0, 0, 255, 255]))
  const { width, height, pixels } = toSquare(wide, 10)
  expect([width, height]).toEqual([10, 10])
  expect([...pixels.subarray(0, 4), ...pixels.subarray(36, 40)]).toEqual([255, 0, 0, 255, 0, 0, 255, 255])
})

test('what is no PNG, or only a part of one, is refused', () => {
  expect(isPng(Buffer.from('<script>'))).toBe(false)
  expect(() => readPng(Buffer.from('<script>'))).toThrow('expected a PNG image, found another file')
  const whole = writePng(image(4, 4, () => [1, 2, 3, 4]))
  expect(() => readPng(whole.subarray(0, 40))).toThrow()
})

const report = { title: 'Figures (all) <1>', columns: ['Name', 'Value'], rows: [['Ann & "Bob"', 1.5]] }

test('a PDF has its lines, its pages, and a directory that points at its objects', () => {
  const pdf = writePdf({ ...report, rows: Array.from({ length: 120 }, (_, index) => [`row (${index})`, index]) })
  const plain = pdf.toString('latin1')
  expect(plain).toContain('/Count 3')
  expect(plain).toContain('(row \\(7\\)   7) Tj')
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(plain)?.[1])
  expect(plain.slice(start, start + 5)).toBe('xref\n')
  const entries = plain.slice(start).matchAll(/^(\d{10}) 00000 n /gm)
  const beginnings = [...entries].map(([, offset], index) => [index + 1, plain.slice(Number(offset)).split(' ', 1)[0]])
  expect(beginnings.length).toBe(9)
  for (const [number, found] of beginnings) expect(found).toBe(String(number))
})

test('a workbook has a sheet with text and figures', () => {
  const files = new Map(readZip(writeXlsx(report)).map(({ name, data }) => [name, data.toString()]))
  expect([...files.keys()]).toContain('[Content_Types].xml')
  expect(files.get('xl/worksheets/sheet1.xml')).toContain('<t>Ann &amp; &quot;Bob&quot;</t></is></c><c><v>1.5</v></c>')
})

// RFC 6238, appendix B, with six digits in place of eight.
test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_234_567_890, '005924'],
  [20_000_000_000, '353130'],
])('the one-time password at %i s', async (seconds, code) => {
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  expect(await totp(secret, seconds * 1_000)).toBe(code)
  expect(isTotp(secret, code, seconds * 1_000)).toBe(true)
  expect(isTotp(secret, code, (seconds + 30) * 1_000)).toBe(true)
  expect(isTotp(secret, code, (seconds + 90) * 1_000)).toBe(false)
})

test('a secret of a second factor that is none is refused', async () => {
  await expect(totp('01189')).rejects.toThrow('base32')
})

test('an asset has another address when it changes, and modules find each other', async () => {
  const headers = { 'cache-control': 'public' }
  const make = (text: string) =>
    createAssets(
      [
        { name: 'a.js', type: 'text/javascript', text },
        { name: 'b.js', type: 'text/javascript', text: "import { a } from './a.js'" },
      ],
      headers,
    )
  const [first, second] = [make('export const a = 1'), make('export const a = 2')]
  expect(first.path('a.js')).toMatch(/^\/assets\/a\.[0-9a-f]{12}\.js$/)
  expect([first.path('a.js'), first.path('b.js')]).not.toEqual([second.path('a.js'), second.path('b.js')])
  expect(() => first.path('c.js')).toThrow('expected one of a.js, b.js')
  const listener = await listen(createService({ routes: first.routes }), { port: 0 })
  const response = await fetch(listener.url + first.path('b.js'))
  expect([response.headers.get('cache-control'), await response.text()]).toEqual([
    'public',
    `import { a } from '${first.path('a.js')}'`,
  ])
  await listener.close()
})

test('a collection gives ids and stamps, shows the newest first, and forgets', () => {
  let now = 0
  const tasks = createCollection<{ title: string }>('task', () => now++)
  const [first, second] = [tasks.add({ title: 'first' }), tasks.add({ title: 'second' })]
  expect(tasks.list()).toEqual([second, first])
  expect([first.createdAt, second.createdAt]).toEqual(['1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.001Z'])
  expect(tasks.change(first.id, { title: 'changed' })).toEqual({ ...first, title: 'changed' })
  expect(tasks.change('task-none', {})).toBeUndefined()
  expect([tasks.remove(first.id), tasks.remove(first.id), tasks.size]).toEqual([true, false, 1])
  for (let index = 0; index < 5_000; index++) tasks.add({ title: String(index) })
  expect([tasks.size, tasks.get(second.id)]).toEqual([5_000, undefined])
})

test('an address narrows a list by text and by fields; what it leaves empty narrows nothing', () => {
  const tasks = [
    { title: 'Call Ann', status: 'open' },
    { title: 'Call Ben', status: 'done' },
  ]
  const titles = (query: string) =>
    wanted(tasks, new URL(`http://localhost/${query}`), ({ title }) => title, 'status').map(({ title }) => title)
  expect(titles('')).toEqual(['Call Ann', 'Call Ben'])
  expect(titles('?search=ANN&status=')).toEqual(['Call Ann'])
  expect(titles('?search=call&status=done')).toEqual(['Call Ben'])
  expect(titles('?search=ann&status=done')).toEqual([])
})

test('fields that are wrong are named, each with what was expected', () => {
  const rules = { name: text, email, price: amount, kind: optional(oneOf('a', 'b')) }
  const right = { name: 'Ann', email: 'ann@example.com', price: 1, kind: undefined }
  expect(readFields({ ...right, more: 1 }, rules)).toEqual(right)
  try {
    readFields({ ...right, email: 'nowhere', kind: 'c' }, rules, 'order.')
    expect.unreachable()
  } catch (error) {
    expect((error as Refusal).answer).toMatchObject({
      status: 400,
      json: {
        errors: [
          { field: 'order.email', message: 'expected an e-mail address' },
          { field: 'order.kind', message: 'expected one of a, b' },
        ],
      },
    })
  }
})
