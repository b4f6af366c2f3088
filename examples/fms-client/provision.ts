/**
 * Has a line and its router provisioned, at most once, whatever happens to the answers:
 *
 *     FMS_URL=http://127.0.0.1:8641 node examples/fms-client/provision.ts order-1:item-1:1
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { FmsGateway, ServiceOrderReport, ServiceOrderRequest } from '@crm-lite/domain'
import { FmsClient } from '@crm-lite/fms-client'

/** How long this FMS may take to store what it gave no answer to. */
const SETTLE_MS = 2_000
const POLL_MS = 250
const MAX_ATTEMPTS = 10
const FINAL = new Set(['completed', 'failed', 'partial', 'rejected', 'cancelled'])

async function provision(fms: FmsGateway, request: ServiceOrderRequest): Promise<ServiceOrderReport> {
  let order = await place(fms, request)
  while (!FINAL.has(order.state)) {
    await pause(POLL_MS)
    const result = await fms.get(order.id)
    if (result.kind === 'ok') order = result.value
    else console.log(`asked in vain: ${result.code}`)
  }
  return order
}

/** Sends it again only when it is certain that it is not there. */
async function place(fms: FmsGateway, request: ServiceOrderRequest): Promise<ServiceOrderReport> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const result = await fms.create(request)
    if (result.kind === 'ok') return result.value
    console.log(`attempt ${attempt}: ${result.kind}, ${result.code}${result.isOutcomeUnknown ? ', may be done' : ''}`)
    const found = result.isOutcomeUnknown ? await lookUp(fms, request.externalId) : undefined
    if (found) return found
    if (!result.retryable) throw new Error(result.message)
    await pause((result.retryAfterS ?? 1) * 1_000)
  }
  throw new Error('given up')
}

async function lookUp(fms: FmsGateway, externalId: string): Promise<ServiceOrderReport | undefined> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    await pause(SETTLE_MS)
    const result = await fms.lookUp(externalId)
    if (result.kind === 'ok') {
      console.log(`looked up: ${result.value.length === 0 ? 'it is not there' : 'it is there'}`)
      return result.value[0]
    }
  }
  throw new Error('nobody can tell whether it was done')
}

const fms = new FmsClient({ baseUrl: process.env['FMS_URL'] ?? 'http://127.0.0.1:8641', timeoutsMs: { create: 2_000 } })
const order = await provision(fms, {
  externalId: process.argv[2] ?? 'order-1:item-1:1',
  items: [
    {
      id: 'line',
      action: 'add',
      serviceSpecification: { id: 'fibre-line' },
      characteristics: [{ name: 'bandwidth', value: 500 }],
      supportingResources: [{ model: 'HomeBox 7 Pro' }],
      requires: []
    }
  ]
})
console.log(`${order.externalId} is ${order.state}`)
for (const { service } of order.items)
  for (const { model, serialNumber } of service?.supportingResources ?? []) console.log(`${model} ${serialNumber}`)
await fms.close()
