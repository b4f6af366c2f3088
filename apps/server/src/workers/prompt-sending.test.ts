import { setImmediate as nextTurn } from 'node:timers/promises'
import { defaultFulfilmentSettings, type Fulfilment, type SendDependencies } from '@crm-lite/domain'
import { MemoryFms, MemoryStore } from '@crm-lite/domain/testing'
import t from 'tap'
import { promptSending } from './prompt-sending.ts'

const context = { tenant: 'default', actor: 'crm', correlationId: 'c-1' }

/** So many places for calls, which the calls give back. */
function world(places: number, { isBusy = false, isAnswering = true } = {}) {
  const clock = { now: () => new Date() }
  const fms = new MemoryFms({ now: clock.now })
  const store = new MemoryStore({ clock })
  const warnings: string[] = []
  let free = places
  const takePlace = () => {
    if (free === 0) return undefined
    free--
    return () => void free++
  }
  const dependencies: SendDependencies = {
    unitOfWork: store,
    store,
    clock,
    fms,
    ids: { next: () => 'id' },
    fulfilment: { settings: defaultFulfilmentSettings, random: () => 0.5, canLookUp: true }
  }
  const sending = promptSending({
    dependencies,
    worker: { takePlace, waitForPlace: async () => takePlace() },
    isAnswering: () => isAnswering,
    isBusy: () => isBusy,
    log: { info: () => undefined, warn: (_fields, text) => void warnings.push(text) }
  })
  return { fms, sending, warnings, free: () => free }
}

function sent(item: number): Fulfilment {
  const now = new Date().toISOString()
  return {
    id: `order:${item}:1`,
    productOrder: { id: 'order' },
    item: { id: `${item}` },
    attempt: 1,
    purpose: 'provision',
    state: 'sent',
    request: { externalId: `order:${item}:1`, items: [] },
    tries: 1,
    failures: 0,
    puzzles: 0,
    sentAt: now,
    newsAt: now,
    createdAt: now,
    lastUpdate: now
  }
}

async function settled(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

t.test('all that an order asks for is sent, in as many places as there are, and the places are given back', async t => {
  const { fms, sending, free, warnings } = world(2)
  const place = await sending.place()
  place?.send([1, 2, 3, 4, 5].map(sent), context)
  await settled(() => free() === 2)
  t.same(
    fms.orders().map(({ externalId }) => externalId),
    [1, 2, 3, 4, 5].map(item => `order:${item}:1`)
  )
  t.same(warnings, [])
})

t.test('a place for nothing is given back', async t => {
  const { sending, free } = world(1)
  const place = await sending.place()
  t.equal(free(), 0)
  place?.send([], context)
  await settled(() => free() === 1)
})

t.test('there is no place while requests wait, nor while the FMS does not answer, nor when all are taken', async t => {
  t.equal(await world(2, { isBusy: true }).sending.place(), undefined)
  t.equal(await world(2, { isAnswering: false }).sending.place(), undefined)
  t.equal(await world(0).sending.place(), undefined)
})
