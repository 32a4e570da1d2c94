// What a page shows comes from the API: tables, facts and choices say with `data-` attributes what they are made of (page-parts.ts).
// Each tells with an event `shown`, whose detail is the answer, that it is filled.

import { element, fill, find, findAll, openSocket } from './api.js'

const number = new Intl.NumberFormat('en')
const readable = value =>
  typeof value === 'number' ? number.format(value) : Array.isArray(value) ? value.join(', ') : (value ?? '–')
/** A field of an item, or a text with such fields in it. */
const textOf = (template, item) => (template.includes('{') ? fill(template, item) : readable(item[template]))

const orders = new WeakMap()
/** Fills an element from the API, unless something newer was asked for meanwhile. */
async function showLatest(place, answering, show) {
  const order = (orders.get(place) ?? 0) + 1
  orders.set(place, order)
  const answer = await answering
  if (!answer || orders.get(place) !== order) return
  show(answer)
  place.dispatchEvent(new CustomEvent('shown', { detail: answer }))
}

/** Fills what the page has of these; the address tells what lists are narrowed to. Answers functions that fill it again. */
export function showData(api) {
  const actions = { DOWNLOAD: download, EDIT: edit }

  function showList(table) {
    const [path, query] = fill(table.dataset.list).split('?')
    const wanted = new URLSearchParams([...new URLSearchParams(query), ...new URLSearchParams(location.search)])
    const fields = findAll('th[data-field]', table).map(head => head.dataset.field)
    return showLatest(table, api.call(`${path}?${wanted}`), answer => {
      const items = answer[table.dataset.items]
      table.tBodies[0].replaceChildren(...items.map(item => rowOf(table, fields, item)))
    })
  }

  function rowOf(table, fields, item) {
    const row = element('tr')
    row.append(...fields.map(field => element('td', textOf(field, item))))
    if (table.dataset.link) {
      const href = fill(table.dataset.link, item)
      row.firstChild.replaceChildren(element('a', row.firstChild.textContent, { href }))
    }
    const template = table.parentElement.nextElementSibling
    if (template?.tagName !== 'TEMPLATE') return row
    const buttons = findAll('button', template.content.cloneNode(true)).filter(({ dataset }) => {
      const [field, value] = dataset.when.split('=')
      return !field || item[field] === value
    })
    for (const button of buttons) button.onclick = () => act(button.dataset, item)
    const place = element('td')
    place.append(...buttons)
    row.append(place)
    return row
  }

  async function act({ act, body }, item) {
    const [verb, ...rest] = fill(act, item).split(' ')
    if (actions[verb]) return actions[verb](rest.join(' '), item)
    if (await api.call(rest[0], verb, verb === 'DELETE' ? undefined : JSON.parse(fill(body, item)))) show()
  }

  async function download(path) {
    const response = await api.ask(path)
    if (!response) return
    const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition'))?.[1]
    const link = element('a', '', { href: URL.createObjectURL(await response.blob()), download: name })
    link.click()
    URL.revokeObjectURL(link.href)
  }

  /** The form above the list takes the row, and sends its change. */
  function edit(target, item) {
    const form = find('form[data-api]')
    form.dataset.edit = target
    for (const input of form.elements) if (input.name) input.value = item[input.name]
    form.elements[0].focus()
  }

  const showFacts = list =>
    showLatest(list, api.call(fill(list.dataset.facts)), answer => {
      for (const place of findAll('dd', list)) place.textContent = textOf(place.dataset.field, answer)
      list.hidden = false
    })

  const showOptions = select =>
    showLatest(select, api.call(select.dataset.options), answer => {
      const choices = answer[select.dataset.items].map(item =>
        element('option', fill(select.dataset.text, item), { value: item.id }),
      )
      select.append(...choices)
    })

  /** Fills lists and facts; all, or those that pass. */
  const show = (isMeant = () => true) =>
    Promise.all([
      ...findAll('[data-facts]').filter(isMeant).map(showFacts),
      ...findAll('[data-list^="/"]').filter(isMeant).map(showList),
    ])

  const start = () => Promise.all([show(), ...findAll('[data-options]').map(showOptions)])
  return { start, show, showFacts, ...followAddress(() => show(place => 'list' in place.dataset)) }
}

/** What the filter says stands in the address, so that a list can be linked to, and the browser leads back to it. */
function followAddress(showLists) {
  const query = () => new URLSearchParams(location.search)
  const fillIn = () => {
    for (const input of findAll('[data-filter] [name]')) input.value = query().get(input.name) ?? ''
  }
  /** Narrows the lists otherwise; an empty value takes a limit away. */
  const go = change => {
    const next = query()
    for (const [name, value] of Object.entries(change)) {
      if (value) next.set(name, value)
      else next.delete(name)
    }
    history.pushState({}, '', `?${next}`)
    return showLists()
  }
  fillIn()
  for (const form of findAll('[data-filter]')) {
    form.addEventListener('submit', event => {
      event.preventDefault()
      go({ ...Object.fromEntries(new FormData(form)), page: '' })
    })
  }
  addEventListener('popstate', () => {
    fillIn()
    showLists()
  })
  return { go }
}

const longestWait = 5_000

/**
 * Fills again what a message of the system is about: `data-live="order"` hears of all orders, `data-live="order {page}"` of the page's
 * own. After a break the page connects again, and asks for what may have changed meanwhile; `connectsAgain: false` is a fault.
 */
export function followLive({ path, token, show, connectsAgain = true }) {
  const keyOf = place => fill(place.dataset.live ?? '')
  if (!findAll('[data-live]').some(keyOf)) return
  const connect = (wait, isAgain) => {
    const socket = openSocket(`${path}?token=${token()}`)
    socket.onmessage = ({ data }) => {
      const { type, ...message } = JSON.parse(data)
      if (type !== 'welcome') return show(place => [type, `${type} ${message[type]?.id}`].includes(keyOf(place)))
      wait = 250
      if (isAgain) show(keyOf)
    }
    socket.onclose = () => {
      if (connectsAgain) setTimeout(connect, wait, Math.min(wait * 2, longestWait), true)
    }
  }
  connect(250, false)
}
