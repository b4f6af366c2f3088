import * as fc from 'fast-check'
import t from 'tap'
import { deliveryQueueContract } from './delivery-queue.contract.ts'
import { MemoryDeliveryQueue } from './memory-delivery-queue.ts'
import { MemoryStore } from './memory-store.ts'

await deliveryQueueContract(t, {
  fc,
  name: 'memory',
  makeQueue: async clock => {
    const store = new MemoryStore({ clock })
    return { unitOfWork: store, events: store, deliveries: new MemoryDeliveryQueue(store), close: () => undefined }
  },
  runs: 200
})
