// A video call of two: the browsers find each other through the room's socket, then talk to each other directly.

const find = selector => document.querySelector(selector)
const room = find('[data-room]').dataset.room
const buttons = { join: find('[data-join]'), record: find('[data-record]'), leave: find('[data-leave]') }
const say = text => {
  find('[data-state]').textContent = text
}

let socket
let connection
let own
let recorder

const send = message => socket.send(JSON.stringify(message))

function connect() {
  connection = new RTCPeerConnection()
  for (const track of own.getTracks()) connection.addTrack(track, own)
  connection.onicecandidate = ({ candidate }) => candidate && send({ type: 'candidate', candidate })
  connection.ontrack = ({ streams: [stream] }) => {
    find('[data-remote]').srcObject = stream
  }
  connection.onconnectionstatechange = () => say(connection?.connectionState ?? 'left')
}

function hangUp() {
  connection?.close()
  connection = undefined
  find('[data-remote]').srcObject = null
}

/** Whoever was there first makes the offer. */
const heard = {
  welcome: () => say('waiting for the other'),
  async joined() {
    connect()
    await connection.setLocalDescription()
    send({ type: 'offer', description: connection.localDescription })
  },
  async offer({ description }) {
    connect()
    await connection.setRemoteDescription(description)
    await connection.setLocalDescription()
    send({ type: 'answer', description: connection.localDescription })
  },
  answer: ({ description }) => connection.setRemoteDescription(description),
  candidate: ({ candidate }) => connection?.addIceCandidate(candidate),
  caption: ({ from, text }) => showLine(from, text),
  left() {
    hangUp()
    say('the other left')
  },
}

function showLine(name, text) {
  find('[data-said]').append(Object.assign(document.createElement('li'), { textContent: `${name}: ${text}` }))
}

async function join() {
  buttons.join.disabled = true
  const response = await fetch(`/api/sessions/${room}/join`, { method: 'POST' })
  const answer = await response.json()
  if (!response.ok) return say(answer.error)
  own = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } })
  find('[data-own]').srcObject = own
  socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/signal?ticket=${answer.ticket}`)
  // One after the other: an answer must not overtake the offer.
  let last = Promise.resolve()
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    last = last.then(() => heard[message.type]?.(message)).catch(error => say(error.message))
  }
  await new Promise(resolve => socket.addEventListener('open', resolve, { once: true }))
  for (const button of [buttons.record, buttons.leave]) if (button) button.disabled = false
}

async function record() {
  if (recorder) return recorder.stop()
  recorder = new MediaRecorder(find('[data-remote]').srcObject ?? own, { mimeType: 'video/webm' })
  const parts = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  recorder.onstop = async () => {
    const body = new Blob(parts, { type: 'video/webm' })
    await fetch(`/api/sessions/${room}/recording`, { method: 'PUT', body })
    location.assign(`/sessions/${room}`)
  }
  recorder.start()
  buttons.record.textContent = 'Stop recording'
}

buttons.join.addEventListener('click', () => join().catch(error => say(error.message)))
buttons.record?.addEventListener('click', () => record().catch(error => say(error.message)))
buttons.leave.addEventListener('click', () => location.reload())
find('[data-caption]').addEventListener('submit', event => {
  event.preventDefault()
  const { text } = event.target.elements
  send({ type: 'caption', text: text.value })
  showLine('You', text.value)
  event.target.reset()
})
