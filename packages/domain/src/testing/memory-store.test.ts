import * as fc from 'fast-check'
import t from 'tap'
import { MemoryStore } from './memory-store.ts'
import { resourceStoreContract } from './resource-store.contract.ts'
import { workQueueContract } from './work-queue.contract.ts'

await resourceStoreContract(t, {
  fc,
  name: 'memory',
  makeStore: async () => {
    const store = new MemoryStore()
    return { store, unitOfWork: store, close: () => undefined }
  },
  runs: 50
})

await workQueueContract(t, {
  fc,
  name: 'memory',
  makeQueue: async () => {
    const store = new MemoryStore()
    return { unitOfWork: store, work: store.work, close: () => undefined }
  },
  runs: 200
})
