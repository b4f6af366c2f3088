import type * as FastCheck from 'fast-check'
import { sameJson } from '../kernel/json.ts'
import type { Resource, ResourceDefinition, StoredResource } from '../kernel/resource.ts'
import type { Page } from '../ports/resource-store.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import { everything } from '../query/filter.ts'
import type { ListQuery, Position } from '../query/selection.ts'
import { customerDefinition } from '../resources/customer.ts'
import { individualDefinition } from '../resources/individual.ts'
import { customers, individuals } from './arbitraries.ts'
import { customerAttributes, type FilterableAttributes, filters, individualAttributes, sorts } from './arbitraries-of-queries.ts'
import type { ContractOptions, StoreUnderTest, TestRunner } from './contract.ts'
import { MemoryStore } from './memory-store.ts'

type Fc = typeof FastCheck
type Query = Omit<ListQuery, 'after'>
type Behaviour = (sentence: string, body: (t: TestRunner, under: StoreUnderTest) => Promise<void>) => Promise<void>

/** Resources and questions about them. */
interface Case {
  readonly definition: ResourceDefinition
  readonly resources: readonly Resource[]
  readonly queries: readonly Query[]
}

/** Ids in an order that is neither that of insertion nor that of a collation for people. */
const IDS = ['b', 'B', 'a-1', 'a_1', 'a1', 'Z', '10', '9', 'aa', '-']

/** What lists must do. Not one query is thought out: the memory store knows the answers. */
export async function listContract(behaviour: Behaviour, options: ContractOptions): Promise<void> {
  await behaviour('lists find, order, count and page as the domain says', (t, under) => asTheDomainSays(t, under, options))
  await behaviour('pages by position visit everything once, whatever happens before them', steadyPages)
}

async function asTheDomainSays(t: TestRunner, under: StoreUnderTest, options: ContractOptions): Promise<void> {
  const { fc, runs } = options
  const model = new MemoryStore({ ...(options.findPattern && { findPattern: options.findPattern }) })
  let [asked, telling] = [0, 0]
  const answersAgree = fc.asyncProperty(cases(fc), async ({ definition, resources, queries }) => {
    const tenant = `tenant-${asked}`
    for (const unitOfWork of [model, under.unitOfWork]) await insert(unitOfWork, tenant, definition, resources)
    for (const query of queries) {
      asked++
      const expected = await pages(model, tenant, definition, query)
      const actual = await pages(under.store, tenant, definition, query)
      const problem = differs(expected, actual)
      if (problem) throw new Error(problem)
      const { total } = expected[0]!
      if (total !== 0 && total !== resources.length) telling++
    }
  })
  await fc.assert(answersAgree, { numRuns: runs })
  t.ok(telling > asked / 20, `${telling} of ${asked} filters tell some resources from others`)
}

function cases(fc: Fc): FastCheck.Arbitrary<Case> {
  const of = (definition: ResourceDefinition, resource: FastCheck.Arbitrary<object>, attributes: FilterableAttributes) =>
    fc.record({
      definition: fc.constant(definition),
      resources: fc
        .array(resource, { minLength: 1, maxLength: IDS.length })
        .map(all => all.map((each, index) => ({ id: IDS[index]!, ...each }))),
      queries: fc.array(queriesOn(fc, attributes), { minLength: 1, maxLength: 8 })
    })
  return fc.oneof(
    { weight: 3, arbitrary: of(customerDefinition, customers(fc), customerAttributes) },
    { weight: 1, arbitrary: of(individualDefinition, individuals(fc), individualAttributes) }
  )
}

function queriesOn(fc: Fc, attributes: FilterableAttributes): FastCheck.Arbitrary<Query> {
  return fc.record({
    filter: fc.oneof({ weight: 3, arbitrary: filters(fc, attributes) }, { weight: 1, arbitrary: fc.constant(everything) }),
    sort: sorts(fc, attributes),
    limit: fc.constantFrom(20, 1, 2, 3),
    offset: fc.constantFrom(0, 0, 1, 2, 5, 100),
    count: fc.constant(true)
  })
}

function insert(unitOfWork: UnitOfWork, tenant: string, definition: ResourceDefinition, resources: readonly Resource[]) {
  return unitOfWork.run(tenant, async transaction => {
    for (const resource of resources) transaction.insert(definition, resource)
  })
}

/** The page that is asked for, and all that follow it by position. */
async function pages(
  store: StoreUnderTest['store'],
  tenant: string,
  definition: ResourceDefinition,
  query: Query
): Promise<Page[]> {
  const found = [await store.list(tenant, definition, query)]
  for (let after: Position | undefined = found[0]!.next; after && found.length <= IDS.length + 1; after = found.at(-1)!.next) {
    found.push(await store.list(tenant, definition, { ...query, after }))
  }
  return found
}

/** The first difference, in words. */
function differs(expected: readonly Page[], actual: readonly Page[]): string | undefined {
  for (const [index, { items, total, next }] of expected.entries()) {
    const page = actual[index]
    if (!page) return `page ${index} is missing`
    const [wanted, found] = [items, page.items].map(each => each.map(({ id }) => id).join())
    if (wanted !== found) return `page ${index} has the ids ${found} instead of ${wanted}`
    if (page.total !== total) return `page ${index} has the total ${page.total} instead of ${total}`
    if (!sameJson(page.next, next)) return `page ${index} is followed by another position`
    if (!items.every((item, position) => sameResource(item, page.items[position]))) return `page ${index} has other documents`
  }
  return actual.length > expected.length ? 'there are too many pages' : undefined
}

function sameResource(left: StoredResource, right: StoredResource | undefined): boolean {
  return left.revision === right?.revision && sameJson(JSON.parse(left.document), JSON.parse(right.document))
}

async function steadyPages(t: TestRunner, { store, unitOfWork }: StoreUnderTest): Promise<void> {
  const customer = (id: string) => ({ id, '@type': 'Customer', name: id })
  const wanted = ['b', 'd', 'f', 'h']
  await insert(unitOfWork, 'default', customerDefinition, wanted.map(customer))
  const query: ListQuery = { filter: everything, sort: [], limit: 2, offset: 0, count: false }
  const first = await store.list('default', customerDefinition, query)
  t.equal(first.total, undefined, 'nothing is counted for who does not ask')
  await insert(unitOfWork, 'default', customerDefinition, ['a', 'c'].map(customer))
  const second = await store.list('default', customerDefinition, { ...query, ...(first.next && { after: first.next }) })
  t.same(
    [...first.items, ...second.items].map(({ id }) => id),
    wanted
  )
  t.equal(second.next, undefined)
}
