import { created, found, gone, idOf } from './answers.ts'
import type { Collection } from './collection.ts'
import type { Answer, Call, Route } from './http.ts'

export interface CrudOptions<T extends object> {
  /** `/api/products` */
  readonly path: string
  readonly entries: Collection<T>
  /** The fields of a whole record as they were sent; refuses wrong ones. */
  read(fields: unknown): T
  /** Makes a route out of method, path and handler, and decides who may call it. */
  route(method: string, path: string, handler: (call: Call) => Answer | Promise<Answer>): Route
  /** True: a change is answered and not kept. */
  readonly losesChanges?: boolean
}

/** List, create, read, change and delete, for records that have no rules beside their fields. */
export function crudRoutes<T extends object>(options: CrudOptions<T>): readonly Route[] {
  const { path, entries, read, route, losesChanges = false } = options
  return [
    route('GET', path, () => ({ json: { entries: entries.list() } })),
    route('POST', path, async call => created(entries.add(read(await call.json())))),
    route('GET', `${path}/:id`, call => ({ json: found(entries.get(idOf(call))) })),
    route('PATCH', `${path}/:id`, async call => {
      const before = found(entries.get(idOf(call)))
      const change = read({ ...before, ...(await call.json()) })
      return { json: losesChanges ? { ...before, ...change } : found(entries.change(before.id, change)) }
    }),
    route('DELETE', `${path}/:id`, call => gone(entries.remove(idOf(call)))),
  ]
}
