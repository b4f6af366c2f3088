import { randomUUID } from 'node:crypto'
import { MemoryStore } from '@crm-lite/domain/testing'
import type { FastifyInstance } from 'fastify'
import { type ApiOptions, type ApiServices, buildApi } from '../build-api.ts'
import { FakeDeliveries, FakeHub, ManualSignal } from './hub-fakes.ts'
import { undocumentedAnswers } from './undocumented-answers.ts'

/** As much of a tap test as is needed here. */
interface Test {
  teardown(work: () => unknown): void
}

export interface TestApp {
  readonly app: FastifyInstance
  readonly store: MemoryStore
}

export const testOptions: ApiOptions = {
  publicBaseUrl: 'https://crm.example.com',
  tmfBasePath: '/tmf-api',
  apiPaths: {},
  corsOrigins: [],
  partialContent: true,
  extensions: {},
  version: { version: '0.0.0-test' },
  logger: false
}

/** Ids as the server makes them, but easy to foresee: ascending, all of the same length. */
export function countingIds() {
  let count = 0
  const run = randomUUID().slice(0, 8)
  return { next: () => `${run}-${String(++count).padStart(6, '0')}` }
}

/** What the API needs, with nothing but a store in memory behind it. */
export function servicesOver(store: MemoryStore) {
  const workSignal = new ManualSignal()
  return {
    store,
    unitOfWork: workSignal.after(store),
    events: store,
    deliveries: new FakeDeliveries(async () => (await store.read('default', { limit: 10_000 })).events),
    workSignal,
    hub: new FakeHub(),
    ids: countingIds(),
    clock: { now: () => new Date() },
    notReady: async () => []
  } satisfies ApiServices
}

/**
 * The whole API over a store in memory. It is closed with the test, which fails when a route gave an answer that its documentation
 * does not know.
 */
export async function startTestApp(
  t: Test,
  overrides: { readonly services?: Partial<ApiServices>; readonly options?: Partial<ApiOptions> } = {}
): Promise<TestApp> {
  const store = new MemoryStore()
  const services = { ...servicesOver(store), ...overrides.services }
  const app = await buildApi(services, { ...testOptions, ...overrides.options })
  t.teardown(async () => {
    const undocumented = await undocumentedAnswers(app)
    await app.close()
    if (undocumented.length > 0) throw new Error(`answers that the documentation does not know: ${undocumented.join(', ')}`)
  })
  return { app, store }
}
