import { roomPage, sessionPage } from '../pages.ts'
import { expect, test } from '../test.ts'

test('a recorded session can be seen and read afterwards', { tag: '@THR-06' }, async ({
  page,
  request,
  clinic,
  member,
  therapist,
  enter,
}) => {
  const session = await clinic.book(member, therapist, 'now')
  const room = roomPage(page)
  const words = `What was said, ${clinic.mark}`
  await enter(page, therapist)

  await test.step('record', async () => {
    await room.open(session.id)
    await room.join()
    await room.startRecording()
    await room.write(words)
    // The picture of the own camera runs: so there is something to record.
    await expect
      .poll(() => page.getByLabel('You').evaluate((video: HTMLVideoElement) => video.currentTime))
      .toBeGreaterThan(0.5)
    await room.stopRecording()
    await page.waitForURL(url => url.pathname.endsWith(session.id))
  })

  const after = sessionPage(page)
  await test.step('the transcript has what was said', async () => {
    await expect(after.transcript).toContainText(words)
  })
  await test.step('the recording has a picture', async () => {
    const size = () => after.recording.evaluate((video: HTMLVideoElement) => video.videoWidth)
    await expect.poll(size, 'width of the recorded picture').toBeGreaterThan(0)
  })
  await test.step('and is no one else’s', async () => {
    const stranger = await request.get(`/api/sessions/${session.id}/recording`, { headers: { cookie: 'none=1' } })
    expect(stranger.status(), 'status of the recording for a stranger').toBe(401)
  })
})
