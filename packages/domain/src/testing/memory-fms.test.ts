import t from 'tap'
import { fmsGatewayContract, requestFor, serviceOrderRequest } from './fms-gateway.contract.ts'
import { MemoryFms } from './memory-fms.ts'

await fmsGatewayContract(t, {
  name: 'memory',
  makeFms: async () => {
    const fms = new MemoryFms()
    return { gateway: fms, fms, close: () => undefined }
  }
})

t.test('what is completed has a service, and a device for every one that was asked for', async t => {
  const fms = new MemoryFms({ stock: [{ id: 'd1', serialNumber: 'S1' }] })
  await fms.create(serviceOrderRequest)
  fms.complete('service-order-1')
  const [order] = fms.orders()
  t.match(order, { state: 'completed', completionDate: '2026-03-01T09:00:00.000Z' })
  t.match(order?.items[0]?.service, {
    id: 'service-service-order-1-line',
    state: 'active',
    supportingResources: [{ id: 'd1', model: 'HG-8245', serialNumber: 'S1' }]
  })
  t.equal(order?.items[1]?.service?.id, 'service-7')
  await fms.create(requestFor('another'))
  t.throws(() => fms.complete('service-order-2'), { message: 'there is no device left' })
})

t.test('a cancellation that is done cancels the order, one that failed does not', async t => {
  const fms = new MemoryFms()
  await fms.create(serviceOrderRequest)
  await fms.cancel('service-order-1', 'because')
  fms.endCancellation('cancellation-1', 'terminatedWithError')
  t.equal(fms.orders()[0]?.state, 'acknowledged')
  await fms.cancel('service-order-1', 'because')
  fms.endCancellation('cancellation-2', 'done')
  t.equal(fms.orders()[0]?.state, 'cancelled')
  t.match(await fms.cancellation('cancellation-2'), { value: { state: 'done' } })
})

t.test('it takes the same twice, and says so; where it cannot be asked, it says so too', async t => {
  const fms = new MemoryFms({ canLookUp: false })
  fms.failNext('create', 'losesAnswer', 'isDown')
  for (let n = 0; n < 3; n++) await fms.create(serviceOrderRequest)
  t.equal(fms.countOf(serviceOrderRequest.externalId), 2)
  t.equal(fms.requests.length, 2, 'what found nobody did not arrive')
  t.equal(fms.calls.create, 3)
  t.match(await fms.lookUp(serviceOrderRequest.externalId), { kind: 'refused', code: 'notSupported' })
})
