import * as fc from 'fast-check'
import t from 'tap'
import {
  type Customer,
  changedPaths,
  changeResource,
  createResource,
  customerDefinition,
  deleteResource,
  mergePatch,
  type StoredEvent
} from '../index.ts'
import { anyJson, MemoryStore } from '../testing/index.ts'

const context = {
  tenant: 'default',
  actor: 'asha',
  correlationId: 'request-1',
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`
}

function world() {
  let last = 0
  const store = new MemoryStore()
  const dependencies = {
    unitOfWork: store,
    ids: { next: () => `id-${++last}` },
    clock: { now: () => new Date('2026-03-01T09:00:00Z') }
  }
  return {
    create: (attributes: Partial<Customer> = {}) =>
      createResource<Customer>(
        dependencies,
        customerDefinition,
        {
          name: 'Moon Football Club',
          status: 'new',
          engagedParty: { id: '500', '@referredType': 'Organization' },
          ...attributes
        },
        context
      ),
    change: (patch: object) =>
      changeResource(dependencies, customerDefinition, { id: 'id-1', apply: now => mergePatch(now, patch) }, context),
    remove: () => deleteResource(dependencies, customerDefinition, { id: 'id-1' }, context),
    events: async (): Promise<readonly StoredEvent[]> => (await store.read('default', { limit: 100 })).events
  }
}

t.test('a creation is told with the whole resource, who did it, when and why', async t => {
  const { create, events } = world()
  const { stored } = await create()
  t.match(await events(), [
    {
      id: 'id-2',
      kind: 'created',
      resource: 'customer',
      resourceId: stored.id,
      revision: 1,
      changedPaths: [],
      at: '2026-03-01T09:00:00.000Z',
      actor: 'asha',
      correlationId: 'request-1',
      traceparent: context.traceparent,
      document: stored.document
    }
  ])
})

t.test('attributes and state are told apart, attributes first, in one revision', async t => {
  const { create, change, events } = world()
  await create()
  await change({ name: 'Sun', status: 'active', engagedParty: { name: 'The Sun' } })
  await change({ status: 'closed' })
  await change({ statusReason: 'moved away' })
  await change({ status: 'closed' })
  const told = (await events()).slice(1).map(({ kind, revision, changedPaths }) => ({ kind, revision, changedPaths }))
  t.same(told, [
    { kind: 'attributesChanged', revision: 2, changedPaths: ['name', 'engagedParty.name'] },
    { kind: 'stateChanged', revision: 2, changedPaths: [] },
    { kind: 'stateChanged', revision: 3, changedPaths: [] },
    { kind: 'attributesChanged', revision: 4, changedPaths: ['statusReason'] }
  ])
})

t.test('a deletion is told with the resource as it was', async t => {
  const { create, remove, events } = world()
  const { stored } = await create()
  await remove()
  t.match((await events()).at(-1), { kind: 'deleted', revision: 1, document: stored.document })
})

t.test('what is refused is not told', async t => {
  const { create, change, events } = world()
  await create()
  await t.rejects(change({ name: null }))
  t.equal((await events()).length, 1)
})

t.test('changed paths lead to what differs, and to nothing else', async t => {
  t.same(changedPaths({ a: 1, b: { c: 2, d: [1] } }, { a: 1, b: { c: 3, d: [1, 2] }, e: { f: 1 } }), ['b.c', 'b.d', 'e'])
  t.same(changedPaths({ a: { b: 1 } }, { a: [1] }), ['a'])
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), anyJson(fc)),
      fc.dictionary(fc.constantFrom('a', 'b', 'c'), anyJson(fc)),
      (before, after) => {
        const tops = new Set(changedPaths(before, after).map(path => path.split('.')[0]))
        return ['a', 'b', 'c'].every(
          name => tops.has(name) === (JSON.stringify(sorted(before[name])) !== JSON.stringify(sorted(after[name])))
        )
      }
    )
  )
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]) => [key, sorted(each)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
  )
}
