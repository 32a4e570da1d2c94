import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { System } from '../../runner/core/definitions.ts'
import type { Listing } from '../../runner/journeys/listing.ts'
import { createListings } from '../../runner/journeys/listings.ts'
import { findProject, type Project } from '../../runner/journeys/project.ts'
import { type TempFolder, tempFolder } from '../support/temp-folder.ts'
import { sourceAt } from './support.ts'

let folder: TempFolder
let project: Project
beforeAll(() => {
  folder = tempFolder({
    'package.json': '{}',
    'playwright.config.js': 'export default {}',
    'shop/pays.spec.js': '',
    'shop-old/pays.spec.js': '',
    'sign-in.setup.js': '',
    'empty/readme.md': '',
  })
  const found = findProject({ dir: join(import.meta.dirname, '../fixtures/journeys/truth') })
  if (typeof found === 'string') throw new Error(found)
  project = { ...found, config: join(folder.path, 'playwright.config.js'), cwd: folder.path }
})
afterAll(() => folder[Symbol.dispose]())

const shop = { id: 'shop' } as System
const sourceIn = (name: string) => sourceAt(join(folder.path, name))
const listed = (file: string, name = '') => ({
  id: file,
  project: name,
  file: join(folder.path, file),
  line: 1,
  titles: ['pays'],
  tags: [],
  annotations: [],
  timeout: 1_000,
  skipped: false,
})
const listingOf = (errors: Listing['errors'] = []): Listing => ({
  begin: {
    type: 'begin',
    version: '1.65.1',
    rootDir: folder.path,
    webServer: false,
    projects: [
      { name: '', dependencies: ['sign in'], browserName: 'chromium', connects: false, launchOptions: {} },
      { name: 'sign in', dependencies: [], browserName: 'chromium', connects: false, launchOptions: {} },
    ],
    tests: [listed('shop/pays.spec.js'), listed('shop-old/pays.spec.js'), listed('sign-in.setup.js', 'sign in')],
  },
  errors,
  output: '',
})

/** Lists through a Playwright that answers `answer`; `asked` are the folders of each question. */
function open(answer: (folders: readonly string[]) => Listing) {
  const asked: string[][] = []
  const list = createListings(async (_project, _system, sources) => {
    asked.push(sources.map(({ dir }) => dir.slice(folder.path.length + 1)))
    return answer(asked.at(-1)!)
  })
  return { asked, list: (name: string, system = shop) => list(project, system, sourceIn(name)) }
}
const filesOf = ({ begin }: Listing) => begin?.tests.map(({ id }) => id)

test('sources of one system that are asked for together share one listing, and each gets its own of it', async () => {
  const { asked, list } = open(() => listingOf())
  const [now, old] = await Promise.all([list('shop'), list('shop-old')])
  expect(asked).toEqual([['shop', 'shop-old']])
  expect(filesOf(now)).toEqual(['shop/pays.spec.js', 'sign-in.setup.js'])
  expect(filesOf(old)).toEqual(['shop-old/pays.spec.js', 'sign-in.setup.js'])
  await list('shop')
  expect(asked).toHaveLength(1)
})

test('another system has another environment, hence another listing', async () => {
  const { asked, list } = open(() => listingOf())
  await Promise.all([list('shop'), list('shop-old', { id: 'other' } as System)])
  expect(asked).toEqual([['shop'], ['shop-old']])
})

test('where a shared listing has a mistake, each is listed alone, so that only the guilty one suffers', async () => {
  const { asked, list } = open(folders =>
    listingOf(folders.includes('shop-old') ? [{ message: 'SyntaxError: Unexpected token' }] : []),
  )
  const [now, old] = await Promise.all([list('shop'), list('shop-old')])
  expect(asked).toEqual([['shop', 'shop-old'], ['shop'], ['shop-old']])
  expect([now.errors.length, old.errors.length]).toEqual([0, 1])
})

test('a folder that holds nothing of a shared listing is asked for alone, and may then say so itself', async () => {
  const { asked, list } = open(folders =>
    folders.length === 1 ? { begin: undefined, errors: [{ message: 'No tests found' }], output: '' } : listingOf(),
  )
  const [, empty] = await Promise.all([list('shop'), list('empty')])
  expect(asked).toEqual([['shop', 'empty'], ['empty']])
  expect(empty.errors).toEqual([{ message: 'No tests found' }])
})
