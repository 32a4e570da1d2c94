// The profile image: only its owner may fetch it, so it comes with the token and is shown from memory.

import { find } from './api.js'
import { api } from './app.js'

const image = find('[data-image]')
const remove = find('[data-remove]')
let id

async function show(next) {
  id = next
  const response = id && (await api.ask(`/api/files/${id}`))
  if (image.src) URL.revokeObjectURL(image.src)
  image.hidden = remove.hidden = !response
  if (response) image.src = URL.createObjectURL(await response.blob())
}

find('[data-upload]').onchange = async ({ target }) => {
  const body = new FormData()
  body.append('file', target.files[0])
  const kept = await api.call('/api/upload/single', 'POST', body)
  if (kept) await show(kept.id)
}

remove.onclick = async () => {
  if (await api.call(`/api/upload/${id}`, 'DELETE')) await show(undefined)
}

const me = await api.call('/api/users/me')
await show(me?.image)
