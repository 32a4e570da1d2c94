import { visitAll } from '../all-pages.ts'
import { signInAs } from '../clinic.ts'
import { readPage, untranslated } from '../portuguese.ts'
import { expect, test } from '../test.ts'

test('every page speaks Portuguese', { tag: '@DNT-19' }, async ({ page, request, clinic, enter }) => {
  const signIn = (email: string, password: string) => signInAs(request, email, password)
  await visitAll({ page, clinic, enter, signIn }, path =>
    test.step(path, async () => {
      expect.soft(untranslated(await page.evaluate(readPage)), `what is not Portuguese on ${path}`).toEqual([])
    }),
  )
})
