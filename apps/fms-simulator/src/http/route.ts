import type { Cancellations } from '../cancellations.ts'
import { Mistake } from '../checker.ts'
import type { FaultRule, Operation } from '../faults/fault-plan.ts'
import type { Fms } from '../fms.ts'
import type { ApiVersion } from '../kept.ts'
import type { Quirks } from '../options.ts'
import type { Answer } from './faulty-answer.ts'
import { pageOf, type Query } from './list-query.ts'

/** What the routes of the API work with. */
export interface Served {
  readonly fms: Fms
  readonly cancellations: Cancellations
  readonly quirks: Quirks
  readonly version: ApiVersion
}

/** A request as the routes see it. */
export interface Call {
  readonly id: string
  readonly body: unknown
  readonly query: Query
  /** The faults that were ordered with it. */
  readonly own: readonly FaultRule[]
}

/** One kind of request: what it is about, for the fault plan, and what it does. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly url: string
  readonly operation: Operation
  readonly about: (call: Call) => string
  readonly act: (call: Call) => Answer
}

export type Shown = Readonly<Record<string, unknown>>

export function ok(body: Shown): Answer {
  return { status: 200, body }
}

export function created(body: Shown): Answer {
  return { status: 201, body, headers: { location: String(body['href']) } }
}

/** @throws {Mistake} where there are no lists */
export function page(all: Iterable<Shown>, query: Query, quirks: Quirks): Answer {
  if (quirks.refusesLists) throw new Mistake('There are no lists here', 'notImplemented', 501)
  const { items, total } = pageOf(all, query, quirks)
  return { status: 200, body: items, headers: { 'x-total-count': String(total), 'x-result-count': String(items.length) } }
}

/** What the fault plan knows an order by. */
export function externalIdOf({ parts }: Fms, orderId: string): string {
  return parts.kept.orders.get(orderId)?.order.externalId ?? orderId
}

/** The text at a path of what was sent, if there is one. */
export function textAt(value: unknown, ...path: readonly string[]): string | undefined {
  const [name, ...rest] = path
  if (name === undefined) return typeof value === 'string' ? value : undefined
  return typeof value === 'object' && value !== null ? textAt((value as Shown)[name], ...rest) : undefined
}
