/** How programs that we start (Playwright, k6) learn the addresses of a system: `BASE_URL` and `VEDETTE_URL_<NAME>`. */
export function addressVariables(urls: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const first = urls['web'] ?? Object.values(urls)[0]
  const named = Object.entries(urls).map(([name, url]) => [`VEDETTE_URL_${variableName(name)}`, url])
  return { ...(first === undefined ? {} : { BASE_URL: first }), ...Object.fromEntries(named) }
}

const variableName = (name: string) => name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
