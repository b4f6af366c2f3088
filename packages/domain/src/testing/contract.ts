import type * as FastCheck from 'fast-check'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { UnitOfWork } from '../ports/unit-of-work.ts'
import type { FindPattern } from '../query/matches.ts'

type Message = [] | [string]

/** What the suites need of a test runner: tap's `t` has it. */
export interface TestRunner {
  test(name: string, body: (t: TestRunner) => Promise<void>): unknown
  equal(actual: unknown, expected: unknown, ...message: Message): unknown
  same(actual: unknown, expected: unknown, ...message: Message): unknown
  ok(value: unknown, ...message: Message): unknown
  rejects(promise: Promise<unknown>): unknown
}

export interface StoreUnderTest {
  readonly store: ResourceStore
  readonly unitOfWork: UnitOfWork
  close(): unknown
}

export interface ContractOptions {
  readonly fc: typeof FastCheck
  /** Of the store, for people. */
  readonly name: string
  /** An empty store. */
  readonly makeStore: () => Promise<StoreUnderTest>
  /** How often each generated test is run. */
  readonly runs: number
  /** How the model finds patterns; JavaScript's own engine when absent. */
  readonly findPattern?: FindPattern
}
