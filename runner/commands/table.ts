/** Rows of equal shape as columns under their names; the last column is cut at the width of the screen. */
export function table(rows: readonly Readonly<Record<string, string>>[], columns: number): string {
  const first = rows[0]
  if (first === undefined) return ''
  const names = Object.keys(first)
  const widths = names.map(name => Math.max(name.length, ...rows.map(row => row[name]!.length)))
  const line = (cells: readonly string[]) => {
    const text = cells
      .map((cell, index) => (index === cells.length - 1 ? cell : cell.padEnd(widths[index]!)))
      .join('  ')
    return `${text.length > columns && columns >= 40 ? `${text.slice(0, columns - 1)}…` : text.trimEnd()}\n`
  }
  return [line(names), ...rows.map(row => line(names.map(name => row[name]!)))].join('')
}
