import * as fc from 'fast-check'
import t from 'tap'
import { MemoryStore } from './memory-store.ts'
import { resourceStoreContract } from './resource-store.contract.ts'

await resourceStoreContract(t, {
  fc,
  name: 'memory',
  makeStore: async () => {
    const store = new MemoryStore()
    return { store, unitOfWork: store, close: () => undefined }
  },
  runs: 50
})
