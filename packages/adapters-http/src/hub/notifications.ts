import type { EventSubscription, StoredEvent } from '@crm-lite/domain'
import type { ApiBinding } from '../binding.ts'
import { ApiError } from '../representation/api-error.ts'
import { everyEventOf, type HubQuery, parseHubQuery } from './hub-query.ts'
import { notificationText } from './notification.ts'
import { type TellingOptions, type ToldResources, toldResources } from './told-resource.ts'

type Subscribed = Pick<EventSubscription, 'api' | 'query'>

const MAX_KNOWN_QUERIES = 1_000

/** Says which events a subscription wants, and tells them in the version of the API that it was registered with. */
export class Notifications {
  readonly #options: TellingOptions
  readonly #resources: ReadonlyMap<string, ToldResources>
  readonly #apis: ReadonlyMap<string, ApiBinding>
  readonly #known = new Map<string, HubQuery>()

  constructor(apis: readonly ApiBinding[], options: TellingOptions) {
    this.#options = options
    this.#apis = new Map(apis.map(api => [api.key, api]))
    this.#resources = new Map(apis.map(api => [api.key, toldResources(api, options)]))
  }

  wants(subscription: Subscribed, event: StoredEvent): boolean {
    return this.#queryOf(subscription).wants(event)
  }

  /**
   * The body to send: JSON.
   *
   * @throws {Error} for an event about something that the API of the subscription does not serve
   */
  render(subscription: Subscribed, event: StoredEvent): string {
    const told = this.#resources.get(subscription.api)?.get(event.resource)
    if (!told) throw new Error(`${subscription.api} does not tell of ${event.resource}`)
    return notificationText(told, event, this.#queryOf(subscription).fields)
  }

  /** The body of a test: in the form of a notification, but of a type that no resource has. */
  testBody(api: string, id: string, now: Date): string {
    const { title, payloadName } = this.#apis.get(api) ?? { payloadName: 'event' }
    const at = now.toISOString()
    const head = { eventId: id, eventTime: at, eventType: 'HubTestEvent', correlationId: id, domain: title }
    return JSON.stringify({ ...head, title: 'Test of a subscription', timeOcurred: at, [payloadName]: {} })
  }

  /** @throws {ApiError} 400 for a query that the hub of this API can't be asked */
  parse(api: string, query: string): HubQuery {
    return parseHubQuery(query, this.#resourcesOf(api), this.#options.extensions)
  }

  #resourcesOf(api: string): ToldResources {
    return this.#resources.get(api) ?? new Map()
  }

  #queryOf({ api, query = '' }: Subscribed): HubQuery {
    const key = `${api} ${query}`
    const known = this.#known.get(key)
    if (known) return known
    const parsed = this.#parseStored(api, query)
    if (this.#known.size >= MAX_KNOWN_QUERIES) this.#known.clear()
    this.#known.set(key, parsed)
    return parsed
  }

  /** A query that was fine when it came may name an extension attribute that is declared no longer: rather told too much than nothing. */
  #parseStored(api: string, query: string): HubQuery {
    try {
      return this.parse(api, query)
    } catch (error) {
      if (error instanceof ApiError) return everyEventOf(this.#resourcesOf(api))
      throw error
    }
  }
}
