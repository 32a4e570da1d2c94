/** Documents as people download them: a table as PDF and as Excel workbook, in the smallest honest form of each. */

import { writeZip } from '../../../runner/journeys/zip.ts'

export interface Table {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

const linesOfPage = 50

/** A PDF 1.4 file: the title, then a line for each row. */
export function writePdf({ title, columns, rows }: Table): Buffer {
  const lines = [columns, ...rows].map(cells => cells.join('   '))
  const sheets = Array.from({ length: Math.ceil(lines.length / linesOfPage) }, (_, index) =>
    lines.slice(index * linesOfPage, (index + 1) * linesOfPage),
  )
  const kids = sheets.map((_, index) => `${4 + index * 2} 0 R`)
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids.join(' ')}] /Count ${sheets.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...sheets.flatMap((sheet, index) => {
      const text = ['BT /F1 14 Tf 50 800 Td', `${literal(title)} Tj`, '/F1 9 Tf 0 -8 Td']
      const stream = [...text, ...sheet.map(line => `0 -14 Td ${literal(line)} Tj`), 'ET'].join('\n')
      return [
        `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
        `<< /Length ${Buffer.byteLength(stream, 'latin1')} >>\nstream\n${stream}\nendstream`,
      ]
    }),
  ]
  const parts = ['%PDF-1.4\n']
  const offsets = objects.map((object, index) => {
    const offset = Buffer.byteLength(parts.join(''), 'latin1')
    parts.push(`${index + 1} 0 obj\n${object}\nendobj\n`)
    return offset
  })
  const start = Buffer.byteLength(parts.join(''), 'latin1')
  const entries = offsets.map(offset => `${String(offset).padStart(10, '0')} 00000 n \n`)
  const size = objects.length + 1
  parts.push(`xref\n0 ${size}\n0000000000 65535 f \n${entries.join('')}`)
  parts.push(`trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`)
  return Buffer.from(parts.join(''), 'latin1')
}

/** Letters that the font does not have become question marks. */
const literal = (text: string) => `(${text.replaceAll(/[^\x20-\xff]/g, '?').replaceAll(/[\\()]/g, '\\$&')})`

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const office = 'http://schemas.openxmlformats.org'
const relation = (id: string, kind: string, target: string) =>
  `<Relationship Id="${id}" Type="${office}/officeDocument/2006/relationships/${kind}" Target="${target}"/>`
const relations = (...items: readonly string[]) =>
  `<Relationships xmlns="${office}/package/2006/relationships">${items.join('')}</Relationships>`

/** An Excel workbook (Office Open XML) with one sheet. */
export function writeXlsx({ title, columns, rows }: Table): Buffer {
  const main = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  const sheetName = title.replaceAll(/[[\]:*?/\\]/g, ' ').slice(0, 31)
  const sheet = [columns, ...rows].map(cells => `<row>${cells.map(cell).join('')}</row>`)
  const files: Readonly<Record<string, string>> = {
    '[Content_Types].xml': `<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="${main}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${main}.worksheet+xml"/></Types>`,
    '_rels/.rels': relations(relation('rId1', 'officeDocument', 'xl/workbook.xml')),
    'xl/workbook.xml': `<workbook xmlns="${office}/spreadsheetml/2006/main" xmlns:r="${office}/officeDocument/2006/relationships"><sheets><sheet name="${escapeXml(sheetName)}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations(relation('rId1', 'worksheet', 'worksheets/sheet1.xml')),
    'xl/worksheets/sheet1.xml': `<worksheet xmlns="${office}/spreadsheetml/2006/main"><sheetData>${sheet.join('')}</sheetData></worksheet>`,
  }
  return writeZip(Object.entries(files).map(([name, xml]) => ({ name, data: Buffer.from(xmlHead + xml) })))
}

const cell = (value: string | number) =>
  typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${escapeXml(value)}</t></is></c>`

const escapeXml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
