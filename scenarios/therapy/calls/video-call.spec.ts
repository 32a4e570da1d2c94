import { expectLiveCall, watchCalls } from '../../support/calls.ts'
import { roomPage } from '../pages.ts'
import { test } from '../test.ts'

test('two people see and hear each other', { tag: '@THR-04' }, async ({
  page,
  browser,
  baseURL,
  clinic,
  member,
  therapist,
  enter,
}) => {
  const session = await clinic.book(member, therapist, 'now')
  // Each has a browser context of its own, as two people have two devices.
  await using other = await browser.newContext({ baseURL: baseURL!, permissions: ['camera', 'microphone'] })
  const there = await other.newPage()
  for (const [where, who] of [
    [page, member],
    [there, therapist],
  ] as const) {
    await test.step(`${who.name} joins`, async () => {
      await watchCalls(where)
      await enter(where, who)
      await roomPage(where).open(session.id)
      await roomPage(where).join()
    })
  }
  await test.step('picture and sound arrive on both sides', async () => {
    await Promise.all([expectLiveCall(page, 'the member'), expectLiveCall(there, 'the therapist')])
  })
})
