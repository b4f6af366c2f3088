import { apiBindings, type ResourceBinding, sharedSchemas } from '@crm-lite/adapters-http'
import { anyBody, damagedBody } from '@crm-lite/adapters-http/testing'
import { withProductLists } from '@crm-lite/domain'
import * as fc from 'fast-check'
import t from 'tap'
import { type Bodies, changes, creation, removal } from './generated-requests-changes.ts'
import { oddity } from './generated-requests-oddities.ts'
import { expectedOrder, possibleOrder, withFiniteAttributes } from './generated-requests-orders.ts'
import { visitsEveryMatchOnce } from './generated-requests-pages.ts'
import { patching } from './generated-requests-patches.ts'
import { reads } from './generated-requests-reads.ts'
import { type Collection, Findings, type Resource, type Step, Story } from './generated-requests-story.ts'
import { wrongQueries } from './generated-requests-wrong-queries.ts'
import { type OpenApiDocument, openApiValidator } from './openapi-validator.ts'
import { serve } from './serve.ts'
import { wireClient } from './wire-client.ts'

const CONNECTIONS = 16
/** Always the same requests, and some that nobody has seen before: again, when the seed that was printed is given. */
const runs = [
  { seed: 20261123, stories: 240, bodies: 40 },
  { seed: Number(process.env['GENERATED_REQUESTS_SEED'] ?? Math.floor(Math.random() * 2 ** 31)), stories: 30, bodies: 12 }
]

type Run = (typeof runs)[number]

/** What is done with an extension has rules of its own, which generated bodies don't know. */
const published = apiBindings.filter(api => !api.isExtension).flatMap(api => api.resources)
const finite = (name: string) => withFiniteAttributes(published.find(({ definition }) => definition.name === name)!)
const orders = finite('productOrder')
const products = finite('product')
/** What is kept as it was sent; products, which have some lists besides; orders, about which the server knows more. */
const plain = published.filter(({ failures, definition }) => !failures && definition !== products.definition)
const bindings = [...plain, products, orders]
const peculiarities = new Map<ResourceBinding, Pick<Collection, 'expected' | 'completed'>>([
  [products, { expected: withProductLists, completed: withProductLists }],
  [orders, { expected: expectedOrder }]
])

/** Bodies take longest to make: some are made, and used again and again. */
function bodiesOf(binding: ResourceBinding, { seed, bodies: numRuns }: Run): Bodies {
  const some = <T>(made: fc.Arbitrary<T>) => fc.constantFrom(...fc.sample(made, { seed, numRuns }))
  const { create, update } = binding.schemas
  const attributes = Object.keys(update.properties)
  const patches = fc
    .tuple(anyBody(update, sharedSchemas) as fc.Arbitrary<Resource>, fc.subarray(attributes, { maxLength: 3 }))
    .map(([patch, removed]) => ({ ...patch, ...Object.fromEntries(removed.map(name => [name, null])) }))
  const valid = anyBody(create, sharedSchemas) as fc.Arbitrary<Resource>
  return {
    valid: some(binding === orders ? valid.map(possibleOrder) : valid),
    damaged: some(damagedBody(create, sharedSchemas)),
    patches: some(patches),
    attributes
  }
}

/** What happens to a resource between its creation and its end. */
function storiesOf(run: Run): { binding: ResourceBinding; steps: Step[] }[] {
  const stories = bindings.map(binding => {
    const bodies = bodiesOf(binding, run)
    const step = fc.oneof(
      { weight: 5, arbitrary: changes(bodies) },
      // What a patch makes of an order is up to its states: that is looked into elsewhere.
      ...(binding === orders ? [] : [{ weight: 5, arbitrary: patching(bodies) }]),
      { weight: 6, arbitrary: reads(binding) },
      { weight: 6, arbitrary: wrongQueries(binding) },
      { weight: 6, arbitrary: oddity }
    )
    return fc
      .tuple(creation(bodies), fc.array(step, { minLength: 6, maxLength: 12, size: 'max' }))
      .map(([first, more]) => ({ binding, steps: [first, ...more, removal] }))
  })
  return fc.sample(fc.oneof(...stories), { seed: run.seed, numRuns: run.stories })
}

/** Every success, and every refusal that a client can bring about. */
const expectedAnswers = [
  ...[200, 206, 400].map(status => `GET collection ${status}`),
  ...[201, 400, 409, 415, 422].map(status => `POST collection ${status}`),
  ...[200, 304, 400, 404].map(status => `GET item ${status}`),
  ...[200, 400, 404, 412, 415].map(status => `PATCH item ${status}`),
  ...[204, 400, 404, 412].map(status => `DELETE item ${status}`),
  ...['HEAD collection 200', 'HEAD item 200', 'OPTIONS item 204', 'PUT item 405', 'GET elsewhere 200', 'GET elsewhere 404']
]

const generated = runs.map(run => ({ ...run, all: storiesOf(run) }))
const fillings = bindings.map(binding => ({ binding, valid: bodiesOf(binding, runs[0]!).valid }))
let requests = 0

for (const engine of ['SQLite', 'PostgreSQL'] as const) {
  t.test(`on ${engine}`, async t => {
    const origin = await serve(t, engine)
    const client = wireClient(origin, CONNECTIONS)
    t.teardown(() => client.close())
    const document = (await (await fetch(`${origin}/openapi.json`)).json()) as OpenApiDocument
    const validator = openApiValidator(document)
    const findings = new Findings()
    const collections = new Map(bindings.map(binding => [binding, collectionOf(origin, binding)]))
    const storyOf = (binding: ResourceBinding) => new Story(collections.get(binding)!, { client, validator, findings })

    for (const { seed, all } of generated) {
      await t.test(`generated requests are answered as documented, seed ${seed}`, async t => {
        const before = findings.faults.length
        const pending = all.map(each => ({ ...each, story: storyOf(each.binding) }))
        const tellStories = async () => {
          for (let next = pending.pop(); next; next = pending.pop()) for (const step of next.steps) await step(next.story)
        }
        await Promise.all(Array.from({ length: CONNECTIONS }, tellStories))
        t.same(findings.faults.slice(before, before + 20), [])
      })
    }

    await t.test('following next visits every match of generated filters and orders exactly once', async t => {
      const before = findings.faults.length
      for (const { binding, valid } of fillings) {
        const paged = await visitsEveryMatchOnce(storyOf(binding), valid, runs[0]!.seed)
        t.ok(paged >= 10, `${paged} queries have several pages`)
      }
      t.same(findings.faults.slice(before, before + 20), [])
    })

    await t.test('everything that can be answered was', async t => {
      requests += findings.requests
      const counted = [...findings.answers].map(([answer, count]) => `${answer}: ${count}`)
      t.comment(counted.sort().join(', '))
      const missing = expectedAnswers.filter(each => !findings.answers.has(each))
      t.same(missing, [])
    })
  })
}

function collectionOf(origin: string, binding: ResourceBinding): Collection {
  const api = apiBindings.find(({ resources }) => resources.some(({ definition }) => definition === binding.definition))!
  const path = `/tmf-api/${api.path}/${binding.path}`
  return { binding, path, url: origin + path, ...peculiarities.get(binding) }
}

t.test('more than 10,000 requests were sent', async t => {
  t.ok(requests >= 10_000, `${requests} requests`)
})
