import { createMemoryStore } from '../../runner/stores/memory.ts'
import { storeConformance } from '../conformance/store.ts'

storeConformance('in memory', async () => {
  const store = createMemoryStore()
  return { store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() }
})
