import type { Clock, EventLog, ResourceStore, UnitOfWork } from '@crm-lite/domain'
import type { FastifyReply } from 'fastify'
import type { InFlight } from '../routes/idempotency.ts'
import type { PageSettings } from './tracker-page.ts'
import type { TrackingFeed } from './tracking-feed.ts'

export interface TrackingOptions extends PageSettings {
  /** How long a token opens what it is for, in milliseconds. */
  readonly tokenLifetimeMs: number
  /** `header`: who places an order gets the address of its tracker with the answer. */
  readonly link: 'header' | 'none'
}

const DAY_MS = 24 * 60 * 60 * 1000

export const defaultTrackingOptions: TrackingOptions = { brand: '', timeZone: 'UTC', tokenLifetimeMs: 90 * DAY_MS, link: 'none' }

/** What customers follow their orders with, where it is served, with everything that its routes need. */
export interface ServedTracking {
  /** Without the server: `/tmf-api/orderJourney/v1`. */
  readonly path: string
  /** As clients reach it. */
  readonly url: string
  readonly options: TrackingOptions
  readonly services: {
    readonly store: ResourceStore
    readonly unitOfWork: UnitOfWork
    readonly clock: Clock
    readonly events: EventLog
  }
  readonly feed: TrackingFeed
  readonly maxBufferedBytes: number
  readonly draining: AbortSignal
  readonly inFlight: InFlight
}

/**
 * What holds for everything under an address that is a secret: nobody keeps it, names it to others, finds it, or shows it in a frame.
 */
export function keepSecret(reply: FastifyReply): void {
  reply.headers({
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex, nofollow, noarchive',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin'
  })
}
