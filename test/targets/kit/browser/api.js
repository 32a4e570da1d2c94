// How the pages of a reference system find their elements and talk to its API.

export const find = (selector, inside = document) => inside.querySelector(selector)
export const findAll = (selector, inside = document) => [...inside.querySelectorAll(selector)]
export const element = (name, text = '', more = {}) =>
  Object.assign(document.createElement(name), { textContent: text }, more)

/** The last part of the address: what the page is about. */
export const subject = decodeURIComponent(location.pathname.split('/').at(-1))

/** `/orders/{id}` with the values of an item, `{result.score}` with one that lies deeper; `{page}` is what the page is about. */
export const fill = (text, item = {}) =>
  text.replaceAll(/\{([\w.]+)\}/g, (_, path) =>
    path === 'page' ? subject : (path.split('.').reduce((value, name) => value?.[name], item) ?? ''),
  )

/** Shows a message at its place, where the page has one; an empty message hides it. */
export function say(selector, text) {
  const place = find(selector)
  if (!place) return
  place.textContent = text
  place.hidden = text === ''
}

/** What nobody caught: a page that says so, with a way back. */
export function showFailure(text, wayBack, path) {
  find('main').replaceChildren(
    element('h1', 'Something went wrong'),
    element('p', text),
    element('a', wayBack, { href: path }),
  )
}

export const openSocket = address => new WebSocket(location.origin.replace(/^http/, 'ws') + address)

/** Of these a refusal speaks of what was typed, not of a session that is over. */
const isDoor = path => /^\/api\/auth\/(?!me|logout)/.test(path)

/**
 * Calls of the API, with what says who calls.
 *
 * - `headers()`: of each call. Default: none
 * - `renew(send)`: gets a new session when a call is refused with 401, and says whether there is one. Default: there is none
 * - `refused()`: nobody is signed in. Default: nothing more than the message
 * - `silence`: what is said when nobody answers
 *
 * @returns `ask`, which answers the response, and `call`, which answers its JSON; both undefined after they showed the error. `mark`
 *   takes an error of a field and says whether it has shown it.
 */
export function createApi({
  headers = () => ({}),
  renew = () => false,
  refused = () => {},
  silence = 'The server does not answer. Please try again.',
} = {}) {
  const send = (path, method = 'GET', body = undefined) => {
    const isFile = body instanceof FormData || body instanceof Blob
    const type = body && !isFile ? { 'content-type': 'application/json' } : {}
    const sent = body && { body: isFile ? body : JSON.stringify(body) }
    return fetch(path, { method, headers: { ...type, ...headers() }, ...sent })
  }
  let renewing
  /** Several calls at once renew once. */
  const isRenewed = () => {
    renewing ??= Promise.resolve(renew(send)).finally(() => {
      renewing = undefined
    })
    return renewing
  }

  async function ask(path, method, body, mark = () => false) {
    say('[data-error]', '')
    let response = await send(path, method, body).catch(() => undefined)
    if (response?.status === 401 && !isDoor(path) && (await isRenewed())) response = await send(path, method, body)
    if (response?.ok) return response
    if (response?.status === 401 && !isDoor(path)) refused()
    const answer = (await response?.json().catch(() => undefined)) ?? { error: silence }
    if (answer.next) location.assign(answer.next)
    const unmarked = answer.errors?.filter(error => !mark(error))
    const fields = unmarked?.map(({ field, message }) => `${field}: ${message}`).join('; ')
    say('[data-error]', fields ?? answer.detail ?? answer.error ?? silence)
  }
  async function call(path, method, body, mark) {
    const response = await ask(path, method, body, mark)
    return response && (response.status === 204 ? {} : response.json())
  }
  return { ask, call }
}

/**
 * Tokens that the page keeps: what `createApi` needs of them, and `keep(answer)` of a sign-in.
 *
 * - `access`, `refresh`: their names
 * - `tokensOf(answer)`: where they stand in an answer
 */
export function keepTokens({ access, refresh, tokensOf }) {
  const tokens = () => JSON.parse(localStorage.getItem('tokens') ?? '{}')
  const keep = answer => localStorage.setItem('tokens', JSON.stringify(tokensOf(answer)))
  return {
    keep,
    access: () => tokens()[access],
    headers: () => (tokens()[access] ? { authorization: `Bearer ${tokens()[access]}` } : {}),
    async renew(send) {
      const token = tokens()[refresh]
      const response = token && (await send('/api/auth/refresh', 'POST', { [refresh]: token }))
      if (response?.ok) keep(await response.json())
      return response?.ok ?? false
    },
    /** Buttons with `data-sign-out` forget the tokens and lead to the door. */
    offerSignOut(door) {
      for (const button of findAll('[data-sign-out]')) {
        button.onclick = () => {
          localStorage.removeItem('tokens')
          location.assign(door)
        }
      }
    },
  }
}
