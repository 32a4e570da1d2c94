// A video call of two: the browsers find each other through the room's socket, then talk to each other directly.

import { element, find, openSocket, say } from './api.js'
import { api } from './app.js'

const room = find('[data-room]').dataset.room
const buttons = { join: find('[data-join]'), record: find('[data-record]'), leave: find('[data-leave]') }
const tell = text => say('[data-state]', text)

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
  connection.onconnectionstatechange = () => tell(connection?.connectionState ?? 'left')
}

function hangUp() {
  connection?.close()
  connection = undefined
  find('[data-remote]').srcObject = null
}

/** Whoever was there first makes the offer. */
const heard = {
  welcome: () => tell('waiting for the other'),
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
    tell('the other left')
  },
}

function showLine(name, text) {
  find('[data-said]').append(element('li', `${name}: ${text}`))
}

async function join() {
  buttons.join.disabled = true
  const answer = await api.call(`/api/sessions/${room}/join`, 'POST')
  if (!answer) return
  own = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 320, height: 240 } })
  find('[data-own]').srcObject = own
  socket = openSocket(`/signal?ticket=${answer.ticket}`)
  // One after the other: an answer must not overtake the offer.
  let last = Promise.resolve()
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data)
    last = last.then(() => heard[message.type]?.(message)).catch(error => tell(error.message))
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
    await api.call(`/api/sessions/${room}/recording`, 'PUT', new Blob(parts, { type: 'video/webm' }))
    location.assign(`/sessions/${room}`)
  }
  recorder.start()
  buttons.record.textContent = 'Stop recording'
}

buttons.join.addEventListener('click', () => join().catch(error => tell(error.message)))
buttons.record?.addEventListener('click', () => record().catch(error => tell(error.message)))
buttons.leave.addEventListener('click', () => location.reload())
find('[data-caption]').addEventListener('submit', event => {
  event.preventDefault()
  const { text } = event.target.elements
  send({ type: 'caption', text: text.value })
  showLine('You', text.value)
  event.target.reset()
})
