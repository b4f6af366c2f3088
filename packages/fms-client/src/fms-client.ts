import type {
  FmsCallbackWish,
  FmsGateway,
  FmsResult,
  JsonValue,
  ServiceOrderCancellation,
  ServiceOrderPage,
  ServiceOrderReport,
  ServiceOrderRequest
} from '@crm-lite/domain'
import { isSubscription } from './answer-schemas.ts'
import { type CredentialSource, credentialsFor } from './credentials.ts'
import type { HttpAnswer } from './exchange.ts'
import {
  type Asked,
  noSuchId,
  refusedBy,
  unansweredBy,
  unreadableAnswer,
  unsentFailure,
  unsupported,
  withoutToken
} from './failures.ts'
import { type FmsCall, type FmsClientOptions, type FmsSettings, settingsOf } from './fms-client-options.ts'
import { findByFilter, findByListing, type RawPage } from './look-up.ts'
import { orderBody } from './order-body.ts'
import { readCancellation, readOrder } from './read-order.ts'
import { type Reading, readAs, readJson, unreadable } from './reading.ts'
import { Transport } from './transport.ts'

interface Call {
  readonly call: FmsCall
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Behind the path of the API. */
  readonly path: '/serviceOrder' | '/cancelServiceOrder' | '/hub'
  /** Of one of them. */
  readonly id?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: JsonValue
  /** The same for what must be done once only: an FMS that knows the header keeps us from doing it twice. */
  readonly idempotencyKey?: string
  /** By `performance.now()`: nobody turns that back while we wait. */
  readonly answerByMs?: number
}

/**
 * An FMS behind TMF641 Service Ordering. Every answer is checked before anything of it is believed; calls are made once.
 *
 * @source TMF641 v4.1.0
 */
export class FmsClient implements FmsGateway {
  readonly canLookUp: boolean
  readonly #settings: FmsSettings
  readonly #transport: Transport
  readonly #credentials: CredentialSource
  readonly #onCall: FmsClientOptions['onCall']

  /** @throws {Error} when an option makes no sense; it does not repeat what was given */
  constructor(options: FmsClientOptions) {
    this.#settings = settingsOf(options)
    this.#transport = new Transport(options)
    this.#credentials = credentialsFor(options, this.#transport)
    this.#onCall = options.onCall
    this.canLookUp = this.#settings.lookUp.by !== 'none'
  }

  create(request: ServiceOrderRequest, answerBy?: Date): Promise<FmsResult<ServiceOrderReport>> {
    const { externalId } = request
    const call: Call = {
      call: 'create',
      method: 'POST',
      path: '/serviceOrder',
      body: orderBody(request, this.#settings.version),
      idempotencyKey: externalId,
      ...(answerBy && { answerByMs: performance.now() + answerBy.getTime() - Date.now() })
    }
    return this.#call(call, answer =>
      // What was just placed is acknowledged, in the standard, whether it says so or not.
      confirmed(
        readBody(answer, value => readOrder(value, 'acknowledged')),
        order => (order.externalId ?? externalId) === externalId
      )
    )
  }

  get(id: string): Promise<FmsResult<ServiceOrderReport>> {
    return this.#call({ call: 'get', method: 'GET', path: '/serviceOrder', id }, answer =>
      confirmed(readBody(answer, readOrder), order => order.id === id)
    )
  }

  async lookUp(externalId: string): Promise<FmsResult<readonly ServiceOrderReport[]>> {
    const { lookUp } = this.#settings
    const getPage = (query: Readonly<Record<string, string>>) => this.#page(query)
    switch (lookUp.by) {
      case 'externalId':
        return findByFilter(getPage, externalId, lookUp)
      case 'listing':
        return findByListing(getPage, externalId, lookUp)
      case 'none':
        return unsupported('This FMS cannot be asked for an externalId')
      default:
        return lookUp satisfies never
    }
  }

  async list({ offset, limit }: { readonly offset: number; readonly limit: number }): Promise<FmsResult<ServiceOrderPage>> {
    const page = await this.#page({ offset: String(offset), limit: String(limit) })
    if (page.kind !== 'ok') return page
    const { elements, totalCount } = page.value
    const orders = elements.map(element => readOrder(element)).filter(read => read.kind === 'ok')
    const unreadable = elements.length - orders.length
    return {
      kind: 'ok',
      value: { orders: orders.map(({ value }) => value), unreadable, ...(totalCount !== undefined && { totalCount }) }
    }
  }

  async cancel(id: string, reason: string): Promise<FmsResult<ServiceOrderCancellation>> {
    if (this.#settings.version === 'v3') return unsupported('TMF641 v3 knows no cancellation')
    const body = {
      '@type': 'CancelServiceOrder',
      cancellationReason: reason,
      serviceOrder: { id, '@referredType': 'ServiceOrder' }
    }
    return this.#call({ call: 'cancel', method: 'POST', path: '/cancelServiceOrder', body }, answer =>
      confirmed(
        readBody(answer, value => readCancellation(value, 'accepted')),
        ({ serviceOrderId = id }) => serviceOrderId === id
      )
    )
  }

  async cancellation(id: string): Promise<FmsResult<ServiceOrderCancellation>> {
    if (this.#settings.version === 'v3') return unsupported('TMF641 v3 knows no cancellation')
    return this.#call({ call: 'cancellation', method: 'GET', path: '/cancelServiceOrder', id }, answer =>
      confirmed(readBody(answer, readCancellation), cancellation => cancellation.id === id)
    )
  }

  subscribe(callback: string, wanted: FmsCallbackWish = 'everything'): Promise<FmsResult<{ readonly id: string }>> {
    const query = wanted === 'changes' && this.#settings.version === 'v4' ? { query: changesOnly } : {}
    return this.#call({ call: 'subscribe', method: 'POST', path: '/hub', body: { callback, ...query } }, answer =>
      readBody(answer, readSubscription)
    )
  }

  async unsubscribe(id: string): Promise<FmsResult<undefined>> {
    const call: Call = { call: 'unsubscribe', method: 'DELETE', path: '/hub', id }
    const result = await this.#call(call, () => ({ kind: 'ok', value: undefined }))
    return result.kind === 'refused' && result.code === 'notFound' ? { kind: 'ok', value: undefined } : result
  }

  /** Waits for what is under way, which takes no longer than its timeout; what is asked after that is `closed`. */
  async close(): Promise<void> {
    await this.#transport.close()
  }

  #page(query: Readonly<Record<string, string>>): Promise<FmsResult<RawPage>> {
    const call: Call = { call: 'list', method: 'GET', path: '/serviceOrder', query }
    return this.#call(call, (answer, asked) => readBody(answer, value => readPage(value, answer, asked)))
  }

  async #call<T>(call: Call, read: (answer: HttpAnswer, asked: Asked) => Reading<T>): Promise<FmsResult<T>> {
    const startedAtMs = performance.now()
    const result = await this.#make(call, read)
    const failure = result.kind === 'ok' ? {} : { code: result.code }
    this.#onCall?.({ call: call.call, durationMs: performance.now() - startedAtMs, outcome: result.kind, ...failure })
    return result
  }

  async #make<T>(call: Call, read: (answer: HttpAnswer, asked: Asked) => Reading<T>): Promise<FmsResult<T>> {
    const url = new URL(this.#settings.api)
    if (call.id !== undefined && /^\.{0,2}$/.test(call.id)) return noSuchId
    url.pathname += call.path + (call.id === undefined ? '' : `/${encodeURIComponent(call.id)}`)
    url.search = new URLSearchParams(call.query).toString()
    const { method, body } = call
    const asked: Asked = { call: call.call, method, path: url.pathname + url.search, ...(body !== undefined && { body }) }
    const answer = await this.#answerTo(call, url, asked)
    if (answer.kind !== 'answer') return answer
    if (answer.status < 200 || answer.status >= 600) return unreadableAnswer(asked, 'invalidAnswer', answer)
    if (answer.status >= 300) return refusedBy(asked, answer)
    const reading = read(answer, asked)
    return reading.kind === 'ok' ? reading : unreadableAnswer(asked, reading.code, answer)
  }

  /** Once more with new credentials when the ones that we had are not taken: then nothing was done either. */
  async #answerTo(call: Call, url: URL, asked: Asked, isLast = false): Promise<HttpAnswer | ReturnType<typeof refusedBy>> {
    const credentials = await this.#credentials.headers()
    if (credentials.kind !== 'ok') return withoutToken(asked, credentials)
    const { timeoutsMs, maxAnswerBytes } = this.#settings
    const outcome = await this.#transport.send({
      method: call.method,
      url,
      headers: { ...this.#headersOf(call), ...credentials.headers },
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      timeoutMs: timeoutsMs[call.call],
      ...(call.answerByMs !== undefined && { answerByMs: call.answerByMs }),
      maxAnswerBytes
    })
    if (outcome.kind === 'noAnswer') return unansweredBy(asked, outcome)
    if (outcome.kind === 'notSent') return unsentFailure(asked, outcome)
    if (outcome.status !== 401 || isLast || !this.#credentials.renew(credentials.headers)) return outcome
    return this.#answerTo(call, url, asked, true)
  }

  #headersOf({ body, idempotencyKey }: Call): Readonly<Record<string, string>> {
    return {
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'crm-lite',
      ...this.#settings.headers,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(idempotencyKey !== undefined && { 'idempotency-key': encodeURIComponent(idempotencyKey) })
    }
  }
}

/** Of the events of v4: those of v3 are too few to choose from. */
const changesOnly = `eventType=${[
  'ServiceOrderStateChangeEvent',
  'ServiceOrderAttributeValueChangeEvent',
  'ServiceOrderJeopardyEvent',
  'ServiceOrderInformationRequiredEvent',
  'ServiceOrderDeleteEvent',
  'CancelServiceOrderStateChangeEvent',
  'CancelServiceOrderInformationRequiredEvent'
].join(',')}`

function readBody<T>(answer: HttpAnswer, read: (value: JsonValue) => Reading<T>): Reading<T> {
  const json = readJson(answer)
  return json.kind === 'ok' ? read(json.value) : json
}

/** An answer about something else is as good as none. */
function confirmed<T>(reading: Reading<T>, isAskedFor: (value: T) => boolean): Reading<T> {
  return reading.kind === 'ok' && !isAskedFor(reading.value) ? unreadable('otherOrder') : reading
}

function readSubscription(value: JsonValue): Reading<{ readonly id: string }> {
  const read = readAs(value, 'EventSubscription', isSubscription)
  return read.kind === 'ok' ? { kind: 'ok', value: { id: String(read.value.id) } } : read
}

function readPage(value: JsonValue, answer: HttpAnswer, asked: Asked): Reading<RawPage> {
  if (!Array.isArray(value)) return unreadable('invalidAnswer')
  const total = answer.headers['x-total-count']
  const totalCount = typeof total === 'string' && /^\d{1,15}$/.test(total) ? { totalCount: Number(total) } : {}
  return { kind: 'ok', value: { elements: value, ...totalCount, failure: code => unreadableAnswer(asked, code, answer) } }
}
