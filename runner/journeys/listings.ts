import { statSync } from 'node:fs'
import { sep } from 'node:path'
import type { JourneySource, System } from '../core/definitions.ts'
import { fingerprint, inWholeProject, type Listing } from './listing.ts'
import type { Project } from './project.ts'

/** Asks one Playwright for the tests of some sources of a system. */
export type ListNow = (project: Project, system: System, sources: readonly JourneySource[]) => Promise<Listing>

interface Group {
  readonly sources: JourneySource[]
  readonly listing: Promise<Listing>
}

/**
 * The tests of sources, asked for anew only when something has changed. Most of a listing is the start of Playwright; so sources that are
 * asked for in one breath, and differ in nothing but their folder, share one.
 */
export function createListings(
  listNow: ListNow,
): (project: Project, system: System, source: JourneySource) => Promise<Listing> {
  const known = new Map<string, { readonly print: string; readonly listing: Promise<Listing> }>()
  const groups = new Map<string, Group>()

  const groupOf = (project: Project, system: System, source: JourneySource): Group => {
    const key = JSON.stringify([project.config, system.id, source.env])
    let group = groups.get(key)
    if (group === undefined) {
      const sources: JourneySource[] = []
      const listing = Promise.resolve().then(() => {
        groups.delete(key)
        return listNow(project, system, sources)
      })
      group = { sources, listing }
      groups.set(key, group)
    }
    group.sources.push(source)
    return group
  }
  const ask = async (project: Project, system: System, source: JourneySource): Promise<Listing> => {
    const { sources, listing } = groupOf(project, system, source)
    const answer = await listing
    if (sources.length === 1) return answer
    const { begin, errors } = answer
    const own = begin && errors.length === 0 ? testsBelow(project, source, begin) : []
    // Whose mistake it is, and that a folder holds nothing, is told best by a listing of its own.
    return begin && own.length > 0 ? { ...answer, begin: { ...begin, tests: own } } : listNow(project, system, [source])
  }
  return async (project, system, source) => {
    const key = JSON.stringify([project.config, source.dir])
    const print = fingerprint(project, source)
    const before = known.get(key)
    if (before?.print === print) return before.listing
    const listing = ask(project, system, source)
    known.set(key, { print, listing })
    const answer = await listing.catch((error: unknown) => {
      known.delete(key)
      throw error
    })
    // A failure may have been ours (killed, no memory): ask again next time.
    if (!answer.begin) known.delete(key)
    return answer
  }
}

/** What Playwright lists for this source alone: its own tests, and those of the projects that others depend on. */
function testsBelow(project: Project, source: JourneySource, begin: NonNullable<Listing['begin']>) {
  if (inWholeProject(project, source)) return begin.tests
  const folder = statSync(source.dir).isDirectory() ? source.dir + sep : undefined
  const helpers = new Set(begin.projects.flatMap(({ dependencies, teardown }) => [...dependencies, teardown]))
  const isOwn = (file: string) => (folder === undefined ? file === source.dir : file.startsWith(folder))
  const own = begin.tests.filter(({ file }) => isOwn(file))
  return own.length === 0 ? [] : begin.tests.filter(test => isOwn(test.file) || helpers.has(test.project))
}
