import type { Test } from 'tap'
import { apiPaths, createSimulator, type Simulator, type SimulatorOptions } from '../index.ts'

type Json = Record<string, unknown>

/** An answer that was read to its end. */
export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>
  readonly body: Json & { readonly id: string; readonly state: string }
  readonly list: readonly Json[]
}

/** A simulator in manual time whose ids are known, and how to talk to it without a network. */
export interface TestSimulator {
  readonly simulator: Simulator
  send(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>
  ): Promise<Answered>
  /** Sends a service order and returns it as it was answered. */
  order(body?: Json, headers?: Record<string, string>): Promise<Answered>
}

/** Closed when the test ends. */
export function startSimulator(t: Test, options: SimulatorOptions = {}): TestSimulator {
  const simulator = createSimulator({ run: 'test', time: 'manual', ...options })
  t.teardown(() => simulator.close())
  const send: TestSimulator['send'] = async (method, url, body, headers = {}) => {
    const path = url.startsWith('/') ? url : `${apiPaths.v4}/${url}`
    const payload =
      body === undefined ? {} : { payload: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
    const answer = await simulator.app.inject({ method, url: path, headers, ...payload })
    const json: unknown = answer.body.startsWith('{') || answer.body.startsWith('[') ? JSON.parse(answer.body) : {}
    return { status: answer.statusCode, headers: answer.headers, body: json as Answered['body'], list: json as readonly Json[] }
  }
  return { simulator, send, order: (body, headers) => send('POST', 'serviceOrder', anOrder(body), headers) }
}

/** A service order of one new service. */
export function anOrder(more: Json = {}): Json {
  return { externalId: 'order:1:1', serviceOrderItem: [anItem('1')], ...more }
}

export function anItem(id: string, more: Json = {}): Json {
  const service = { serviceSpecification: { id: 'internet', name: 'Internet access' } }
  return { id, action: 'add', service, ...more }
}

/** An item that begins when another one is done. */
export function anItemAfter(id: string, other: string): Json {
  return anItem(id, {
    serviceOrderItemRelationship: [{ relationshipType: 'dependency', orderItem: { id: other, itemId: other } }]
  })
}
