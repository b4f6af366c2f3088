import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { FAULT_HEADER, readFaultHeader } from '../faults/fault-header.ts'
import type { Operation } from '../faults/fault-plan.ts'
import type { HiddenRequest } from '../kept.ts'
import { apiPaths } from '../representation.ts'
import { fromV3 } from '../v3-shape.ts'
import { cancelRoutes } from './cancel-routes.ts'
import { type Answer, answerFaultily, type FaultyServer, send } from './faulty-answer.ts'
import { hubRoutes } from './hub-routes.ts'
import type { Query } from './list-query.ts'
import { orderRoutes } from './order-routes.ts'
import type { Call, Route, Served } from './route.ts'

export interface ServiceOrdering extends Omit<Served, 'version'> {
  readonly faultyServer: FaultyServer
  /** Counts requests. */
  readonly onRequest: (operation: Operation) => void
  /** Keeps what a request has changed. */
  readonly flush: () => void
}

/** The API of TMF641, in the shape of v4.1 or the older one. */
export function registerServiceOrdering(app: FastifyInstance, version: Served['version'], ordering: ServiceOrdering): void {
  const served: Served = { ...ordering, version }
  for (const route of [...orderRoutes(served), ...cancelRoutes(served), ...hubRoutes(served)]) {
    app.route({
      method: route.method,
      url: `${apiPaths[version]}${route.url}`,
      handler: (request, reply) => serve(ordering, route, callOf(request, version), reply)
    })
  }
}

function callOf(request: FastifyRequest, version: Served['version']): Call {
  const { id = '' } = request.params as { readonly id?: string }
  const body = version === 'v3' ? fromV3(request.body) : request.body
  return { id, body, query: request.query as Query, own: readFaultHeader(request.headers[FAULT_HEADER]) }
}

/** Answers a request, unless something is to go wrong with that. */
function serve(
  { fms, faultyServer, flush, onRequest }: ServiceOrdering,
  { operation, about, act }: Route,
  call: Call,
  reply: FastifyReply
): unknown {
  const { body, own } = call
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
    operation === 'create' || operation === 'cancel' ? { operation, body, own } : undefined
  return answerFaultily(fault, { reply, act: done, hidden, about: `${operation} ${subject}` }, faultyServer)
}
