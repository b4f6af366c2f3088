import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Cancellations } from '../cancellations.ts'
import { Mistake } from '../checker.ts'
import { FAULT_HEADER, readFaultHeader } from '../faults/fault-header.ts'
import type { Operation } from '../faults/fault-plan.ts'
import type { Fms } from '../fms.ts'
import type { ApiVersion, HiddenRequest } from '../kept.ts'
import type { Quirks } from '../options.ts'
import { apiPaths, showCancel, showOrder } from '../representation.ts'
import { fromV3 } from '../v3-shape.ts'
import { type Answer, answerFaultily, type FaultyServer, send } from './faulty-answer.ts'
import { pageOf, type Query, single, withFields } from './list-query.ts'

export interface ServiceOrdering {
  readonly fms: Fms
  readonly cancellations: Cancellations
  readonly quirks: Quirks
  readonly faultyServer: FaultyServer
  /** Counts requests. */
  readonly onRequest: (operation: Operation) => void
  /** Keeps what a request has changed. */
  readonly flush: () => void
}

interface Call {
  readonly id: string
  readonly body: unknown
  readonly query: Query
  readonly own: ReturnType<typeof readFaultHeader>
}

/** One kind of request: what it is about, and what it does. */
interface Route {
  readonly operation: Operation
  readonly about: (call: Call) => string
  readonly act: (call: Call) => Answer
}

/** The API of TMF641, in the shape of v4.1 or the older one. */
export function registerServiceOrdering(app: FastifyInstance, version: ApiVersion, served: ServiceOrdering): void {
  const { fms, cancellations, quirks } = served
  const { kept, baseUrl } = fms.parts
  const base = (): string => baseUrl()
  const bodyOf = (body: unknown): unknown => (version === 'v3' ? fromV3(body) : body)
  const externalIdOf = (id: string): string => kept.orders.get(id)?.order.externalId ?? id
  const orderOfCancel = (id: string): string => externalIdOf(kept.cancels.get(id)?.serviceOrder.id ?? id)
  const path = apiPaths[version]

  const on = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, route: Route): void => {
    app.route({ method, url: `${path}${url}`, handler: (request, reply) => serve(served, route, request, reply, bodyOf) })
  }
  const list = (all: Iterable<Readonly<Record<string, unknown>>>, query: Query): Answer => {
    if (quirks.refusesLists) throw new Mistake('There are no lists here', 'notImplemented', 501)
    const { items, total } = pageOf(all, query, quirks)
    return { status: 200, body: items, headers: { 'x-total-count': String(total), 'x-result-count': String(items.length) } }
  }

  on('POST', '/serviceOrder', {
    operation: 'create',
    about: ({ body }) => textAt(body, 'externalId') ?? 'nameless',
    act: ({ body, own }) => created(showOrder(fms.create(body, own), base(), version))
  })
  on('GET', '/serviceOrder', {
    operation: 'list',
    about: ({ query }) => single(query['externalId']) ?? 'all',
    act: ({ query }) => list(shownOrders(fms, version, quirks.ignoresFilters ? undefined : single(query['externalId'])), query)
  })
  on('GET', '/serviceOrder/:id', {
    operation: 'get',
    about: ({ id }) => externalIdOf(id),
    act: ({ id, query }) => ok(withFields(showOrder(fms.order(id).order, base(), version), query['fields']))
  })
  on('PATCH', '/serviceOrder/:id', {
    operation: 'patch',
    about: ({ id }) => externalIdOf(id),
    act: ({ id, body }) => ok(showOrder(fms.patch(id, body), base(), version))
  })
  on('DELETE', '/serviceOrder/:id', {
    operation: 'delete',
    about: ({ id }) => externalIdOf(id),
    act: ({ id }) => {
      fms.remove(id)
      return { status: 204 }
    }
  })
  on('POST', '/cancelServiceOrder', {
    operation: 'cancel',
    about: ({ body }) => externalIdOf(textAt(textAtObject(body, 'serviceOrder'), 'id') ?? 'nameless'),
    act: ({ body }) => created(showCancel(cancellations.create(body), base(), version))
  })
  on('GET', '/cancelServiceOrder', {
    operation: 'listCancel',
    about: () => 'all',
    act: ({ query }) => list(shownCancels(fms, version), query)
  })
  on('GET', '/cancelServiceOrder/:id', {
    operation: 'getCancel',
    about: ({ id }) => orderOfCancel(id),
    act: ({ id, query }) => ok(withFields(showCancel(cancellations.get(id), base(), version), query['fields']))
  })
  on('POST', '/hub', {
    operation: 'subscribe',
    about: () => 'hub',
    act: ({ body }) => {
      const { version: _, ...subscription } = fms.subscribe(body, version)
      return { status: 201, body: subscription, headers: { location: `${base()}${path}/hub/${subscription.id}` } }
    }
  })
  on('DELETE', '/hub/:id', {
    operation: 'unsubscribe',
    about: () => 'hub',
    act: ({ id }) => {
      fms.unsubscribe(id)
      return { status: 204 }
    }
  })
}

function serve(
  { fms, faultyServer, flush, onRequest }: ServiceOrdering,
  { operation, about, act }: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  bodyOf: (body: unknown) => unknown
): unknown {
  const { id = '' } = request.params as { readonly id?: string }
  const own = readFaultHeader(request.headers[FAULT_HEADER])
  const call: Call = { id, body: bodyOf(request.body), query: request.query as Query, own }
  const subject = about(call)
  const done = (): Answer => {
    const answer = act(call)
    flush()
    return answer
  }
  onRequest(operation)
  const fault = fms.parts.faults.ofAnswer({ operation, about: subject, own })
  if (!fault) return send(reply, done())
  const hidden: HiddenRequest | undefined =
    operation === 'create' || operation === 'cancel' ? { operation, body: call.body, own } : undefined
  return answerFaultily(fault, { reply, act: done, hidden, about: `${operation} ${subject}` }, faultyServer)
}

function ok(body: Readonly<Record<string, unknown>>): Answer {
  return { status: 200, body }
}

function created(body: Readonly<Record<string, unknown>>): Answer {
  return { status: 201, body, headers: { location: String(body['href']) } }
}

/** @param externalId what the list will be filtered by, if anything: the others need not be drawn up for that */
function* shownOrders(
  fms: Fms,
  version: ApiVersion,
  externalId: string | undefined
): Generator<Readonly<Record<string, unknown>>> {
  const wanted = externalId?.split(',')
  for (const { order } of fms.parts.kept.orders.all())
    if (!wanted || wanted.includes(order.externalId ?? '')) yield showOrder(order, fms.parts.baseUrl(), version)
}

function* shownCancels(fms: Fms, version: ApiVersion): Generator<Readonly<Record<string, unknown>>> {
  for (const cancel of fms.parts.kept.cancels.all()) yield showCancel(cancel, fms.parts.baseUrl(), version)
}

function textAtObject(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined
}

function textAt(value: unknown, name: string): string | undefined {
  const found = textAtObject(value, name)
  return typeof found === 'string' ? found : undefined
}
