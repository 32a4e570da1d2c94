// @ts-check
/**
 * Keeps a page live: after each event it asks for the same page again and replaces the parts that changed. Without it the page is
 * complete, only older.
 */

const state = document.querySelector('[data-live-state]')
const least = 1_000
/** Before a stream that was refused is asked for again. */
const pause = 5_000
let timer = 0
let wait = least
let isAsking = false
let isStale = false
let isPressed = false

// What the server said last: islands and the ticking clock change the page, and that is no news.
/** @type {Map<string, string>} */
const said = new Map()
for (const part of document.querySelectorAll('[data-live][id]')) said.set(part.id, part.outerHTML)

/** @param {string} text @param {boolean} isOn */
function say(text, isOn) {
  if (!state || state.textContent === text) return
  state.textContent = text
  state.classList.toggle('is-on', isOn)
  state.classList.toggle('is-off', !isOn)
}

/** Asks soon, but never so often that a page of thousands of checks keeps the server busy. */
function soon() {
  isStale = true
  if (timer || isAsking || document.hidden) return
  timer = window.setTimeout(refresh, wait)
}

async function refresh() {
  timer = 0
  isAsking = true
  isStale = false
  const started = performance.now()
  try {
    const response = await window.fetch(location.href, { headers: { accept: 'text/html' } })
    // Whoever is signed in no more is led to where one signs in.
    if (response.redirected && new URL(response.url).pathname === '/sign-in') return location.assign(response.url)
    // A link must not vanish between pressing and letting go.
    if (isPressed) isStale = true
    else if (response.ok) replace(new DOMParser().parseFromString(await response.text(), 'text/html'))
  } catch {
    // The event stream notices and says so; a page that polls asks again anyway.
    isStale = state !== null
  } finally {
    isAsking = false
    wait = Math.max(least, (performance.now() - started) * 20)
    if (isStale) soon()
  }
}

/** Live parts of a page, in their order. @param {ParentNode} page */
const partsOf = page => [...page.querySelectorAll('main [data-live][id]')].map(part => part.id).join(' ')

/** A part that came or went has no place to be put: the whole content is replaced, unless somebody is writing in it. @param {Document} next */
function replaceMain(next) {
  const [old, fresh] = [document.querySelector('main'), next.querySelector('main')]
  if (!old || !fresh || partsOf(document) === partsOf(next)) return
  if (old.querySelector(':is(input, textarea, select):focus')) return
  const focused = old.contains(document.activeElement) && document.activeElement !== old
  const again = focused ? pathOf(document.activeElement) : undefined
  for (const part of fresh.querySelectorAll('[data-live][id]')) said.set(part.id, part.outerHTML)
  old.replaceChildren(...fresh.childNodes)
  const target = again && old.querySelector(again)
  if (target instanceof HTMLElement) target.focus({ preventScroll: true })
}

/** @param {Document} next */
function replace(next) {
  replaceMain(next)
  for (const old of document.querySelectorAll('[data-live][id]')) {
    const fresh = next.getElementById(old.id)
    if (!fresh || fresh.outerHTML === said.get(old.id)) continue
    // Nobody reads values off a chart that is drawn anew under the pointer.
    if (old.matches('.chart:hover')) continue
    said.set(old.id, fresh.outerHTML)
    for (const open of old.querySelectorAll('details[open][id]'))
      fresh.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute('open', '')
    const focused = old.contains(document.activeElement) ? pathOf(document.activeElement) : undefined
    old.replaceWith(document.adoptNode(fresh))
    const again = focused && fresh.querySelector(focused)
    if (again instanceof HTMLElement) again.focus({ preventScroll: true })
  }
  if (document.title !== next.title) document.title = next.title
  const [icon, nextIcon] = [document.getElementById('favicon'), next.getElementById('favicon')]
  const href = nextIcon?.getAttribute('href')
  if (icon && href && icon.getAttribute('href') !== href) icon.setAttribute('href', href)
  document.dispatchEvent(new CustomEvent('vedette:replaced'))
}

/** @param {Element | null} element @returns {string | undefined} */
function pathOf(element) {
  if (!element) return undefined
  if (element.id) return `#${CSS.escape(element.id)}`
  const href = element.getAttribute('href')
  return href ? `a[href="${CSS.escape(href)}"]` : undefined
}

const units = /** @type {const} */ ([
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
])

/** The same words as the server's. @param {number} ms */
function span(ms) {
  const first = units.findIndex(([, size]) => ms >= size)
  const unit = units[first]
  if (!unit) return '0 s'
  const [name, size] = unit
  const whole = `${Math.floor(ms / size)} ${name}`
  const next = units[first + 1]
  if (!next || (name === 'min' && ms >= 600_000) || (name === 'd' && ms >= 864_000_000)) return whole
  const rest = Math.floor((ms % size) / next[1])
  return rest > 0 ? `${whole} ${rest} ${next[0]}` : whole
}

// The server's clock rules: a wrong clock of the reader must not make a fresh run look old.
const shown = document.getElementById('page-time')?.getAttribute('datetime')
const offset = shown ? Date.parse(shown) - Date.now() : 0

function tick() {
  for (const time of document.querySelectorAll('time[data-ago], time[data-for]')) {
    const at = Date.parse(time.getAttribute('datetime') ?? '')
    const text = span(Math.max(0, Date.now() + offset - at)) + (time.hasAttribute('data-ago') ? ' ago' : '')
    if (time.textContent !== text) time.textContent = text
  }
  for (const time of document.querySelectorAll('time[data-until]')) {
    const left = Date.parse(time.getAttribute('datetime') ?? '') - Date.now() - offset
    time.textContent = left > 0 ? `in ${span(left)}` : 'now'
  }
}

// The public page: no stream of what happens inside, only the page again.
const poll = Number(document.body.dataset['poll'] ?? 0)
if (poll > 0) {
  wait = least
  window.setInterval(() => {
    if (!document.hidden) soon()
  }, poll * 1_000)
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) soon()
  })
}

/** Follows what happens inside, and begins again when it was sent away. */
function follow() {
  const events = new EventSource('/api/v1/events')
  events.addEventListener('open', () => {
    say('Live', true)
    soon()
  })
  events.addEventListener('error', () => {
    say('Not live: no connection', false)
    if (events.readyState !== EventSource.CLOSED) return
    // Refused, not lost: it does not come back by itself. The page says why, or a proxy had a bad moment.
    soon()
    window.setTimeout(follow, pause)
  })
  for (const kind of ['result', 'transition', 'generation', 'incident', 'notification', 'deploy'])
    events.addEventListener(kind, soon)
  window.addEventListener('pagehide', () => events.close(), { once: true })
}

if (state) {
  follow()
  // Somebody came back to a page that the browser had kept as it was.
  window.addEventListener('pageshow', event => {
    if (event.persisted) follow()
  })
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden && isStale) soon()
  })
  window.addEventListener('pointerdown', () => {
    isPressed = true
  })
  for (const end of ['pointerup', 'pointercancel']) {
    window.addEventListener(end, () => {
      isPressed = false
    })
  }
  window.setInterval(tick, 1_000)
}
