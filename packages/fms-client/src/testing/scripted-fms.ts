import type { ServerResponse } from 'node:http'
import type {
  FmsGateway,
  FmsResult,
  ServiceOrderCancellation,
  ServiceOrderItemRequest,
  ServiceOrderRequest,
  SupportingResource
} from '@crm-lite/domain'
import { type FmsFault, type FmsOperation, fmsFaults, MemoryFms, type ScriptedFms } from '@crm-lite/domain/testing'
import type { Test } from 'tap'
import { error, misbehave } from './misbehave.ts'
import { olderOrderJson, orderJson } from './order-json.ts'
import { nobody, type Received, sendJson, startFms } from './start-fms.ts'

type Done = readonly [status: number, body: unknown, headers?: Readonly<Record<string, string>>]
type Act = () => Promise<Done>

/** The FMS in memory behind HTTP, with its faults as they look from there. */
export class HttpFms implements ScriptedFms {
  readonly memory = new MemoryFms()
  readonly #api: string
  readonly #orderJson: typeof orderJson
  readonly #faults = new Map<FmsOperation, FmsFault[]>()
  #late: Act[] = []

  constructor(version: 'v4' | 'v3') {
    this.#api = `/tmf-api/serviceOrdering/${version}`
    this.#orderJson = version === 'v4' ? orderJson : olderOrderJson
  }

  failNext(operation: FmsOperation, ...faults: readonly FmsFault[]): void {
    this.#faults.set(operation, [...(this.#faults.get(operation) ?? []), ...faults])
  }

  /** Whether the next call finds nobody; then it is over. */
  takeDown(operation: FmsOperation): boolean {
    const faults = this.#faults.get(operation)
    if (faults?.[0] !== 'isDown') return false
    faults.shift()
    return true
  }

  settle(): void {
    const late = this.#late
    this.#late = []
    // What is in memory is done when the call is made, before anything is waited for.
    for (const act of late) void act()
  }

  orders = () => this.memory.orders()
  callbacks = () => this.memory.callbacks()
  move: ScriptedFms['move'] = (id, change) => this.memory.move(id, change)

  async answer(received: Received, response: ServerResponse): Promise<void> {
    const { operation, act } = this.#actFor(received)
    const fault = this.#faults.get(operation)?.shift()
    if (fault === undefined) return sendJson(response, ...(await act()))
    if (fmsFaults[fault].isDone === 'later') this.#late.push(act)
    const done = fmsFaults[fault].isDone === 'yes' ? await act() : undefined
    misbehave(fault, received, response, done)
  }

  #actFor({ method, url, body }: Received): { operation: FmsOperation; act: Act } {
    const { pathname, searchParams } = new URL(url, 'http://fms')
    if (!pathname.startsWith(`${this.#api}/`)) throw new Error(`nothing is known of ${url}`)
    const [collection, encoded = ''] = pathname.slice(this.#api.length + 1).split('/')
    const id = decodeURIComponent(encoded)
    const fms = this.memory
    switch (`${method} ${collection}${id && '/id'}`) {
      case 'POST serviceOrder':
        return { operation: 'create', act: async () => [201, this.#orderJson(okOf(await fms.create(requestIn(body))))] }
      case 'GET serviceOrder/id':
        return { operation: 'get', act: async () => shown(await fms.get(id), this.#orderJson, 200) }
      case 'GET serviceOrder':
        return { operation: 'list', act: async () => this.#list(searchParams) }
      case 'POST cancelServiceOrder':
        return { operation: 'cancel', act: async () => shown(await fms.cancel(orderIdIn(body), ''), cancellationJson, 201) }
      case 'GET cancelServiceOrder/id':
        return { operation: 'cancellation', act: async () => shown(await fms.cancellation(id), cancellationJson, 200) }
      case 'POST hub':
        return { operation: 'subscribe', act: async () => shown(await fms.subscribe(callbackIn(body)), hub => hub, 201) }
      case 'DELETE hub/id':
        return { operation: 'unsubscribe', act: async () => this.#unsubscribe(id) }
      default:
        throw new Error(`nothing is known of ${method} ${url}`)
    }
  }

  readonly #subscriptions = new Set<string>()

  async #unsubscribe(id: string): Promise<Done> {
    if (this.#subscriptions.has(id)) return [404, error]
    this.#subscriptions.add(id)
    await this.memory.unsubscribe(id)
    return [204, undefined]
  }

  #list(query: URLSearchParams): Done {
    const externalId = query.get('externalId')
    const found = this.orders().filter(order => externalId === null || order.externalId === externalId)
    const offset = Number(query.get('offset') ?? 0)
    const page = found.slice(offset, offset + Number(query.get('limit') ?? 20))
    return [200, page.map(this.#orderJson), { 'x-total-count': String(found.length), 'x-result-count': String(page.length) }]
  }
}

export interface ConnectedFms {
  readonly fms: HttpFms
  /** Where it is, and where nobody is. */
  readonly url: string
  readonly deadUrl: string
}

export async function startScriptedFms(t: Pick<Test, 'teardown'>, version: 'v4' | 'v3'): Promise<ConnectedFms> {
  const fms = new HttpFms(version)
  const { url } = await startFms(t, (received, response) => fms.answer(received, response))
  return { fms, url, deadUrl: await nobody() }
}

/** Calls that are to find nobody go where nobody is. */
export function withOutages(fms: HttpFms, gateway: FmsGateway, unreachable: FmsGateway): FmsGateway {
  const via = (operation: FmsOperation) => (fms.takeDown(operation) ? unreachable : gateway)
  return {
    canLookUp: gateway.canLookUp,
    create: (request, answerBy) => via('create').create(request, answerBy),
    get: id => via('get').get(id),
    lookUp: externalId => via('list').lookUp(externalId),
    list: page => via('list').list(page),
    cancel: (id, reason) => via('cancel').cancel(id, reason),
    cancellation: id => via('cancellation').cancellation(id),
    subscribe: (callback, wanted) => via('subscribe').subscribe(callback, wanted),
    unsubscribe: id => via('unsubscribe').unsubscribe(id)
  }
}

function okOf<T>(result: FmsResult<T>): T {
  if (result.kind !== 'ok') throw new Error(result.message)
  return result.value
}

function shown<T>(result: FmsResult<T>, show: (value: T) => unknown, status: number): Done {
  return result.kind === 'ok' ? [status, show(result.value)] : [404, error]
}

function cancellationJson({ id, serviceOrderId, state }: ServiceOrderCancellation): unknown {
  return { '@type': 'CancelServiceOrder', id, state, serviceOrder: { id: serviceOrderId } }
}

const orderIdIn = (body: string) => (JSON.parse(body) as { serviceOrder: { id: string } }).serviceOrder.id
const callbackIn = (body: string) => (JSON.parse(body) as { callback: string }).callback

interface ResourceJson {
  readonly id?: string
  readonly '@referredType'?: string
  readonly resourceCharacteristic?: ServiceOrderItemRequest['characteristics']
}

interface ItemJson {
  readonly id: string
  readonly action: ServiceOrderItemRequest['action']
  readonly service: {
    readonly id?: string
    readonly serviceCharacteristic?: ServiceOrderItemRequest['characteristics']
    readonly supportingResource?: readonly ResourceJson[]
  }
}

interface OrderJson {
  readonly externalId: string
  readonly serviceOrderItem?: readonly ItemJson[]
  /** In v3. */
  readonly orderItem?: readonly ItemJson[]
}

/** What the FMS makes of a body. */
function requestIn(body: string): ServiceOrderRequest {
  const { externalId, serviceOrderItem, orderItem = [] } = JSON.parse(body) as OrderJson
  return { externalId, items: (serviceOrderItem ?? orderItem).map(itemIn) }
}

function itemIn({ id, action, service }: ItemJson): ServiceOrderItemRequest {
  const { serviceCharacteristic = [], supportingResource = [] } = service
  return {
    id,
    action,
    ...(service.id !== undefined && { serviceId: service.id }),
    characteristics: serviceCharacteristic,
    supportingResources: supportingResource.map(resourceIn),
    requires: []
  }
}

function resourceIn({ '@referredType': type, resourceCharacteristic, ...resource }: ResourceJson): SupportingResource {
  return { ...resource, ...(type && { type }), ...(resourceCharacteristic && { characteristics: resourceCharacteristic }) }
}
