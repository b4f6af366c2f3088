import type { Clock, NewTrackingToken } from '@crm-lite/domain'
import { newTrackingToken } from './tracking-token.ts'

/** The address of a tracker, and what is kept of it. */
export interface TrackingLink {
  readonly url: string
  readonly token: Omit<NewTrackingToken, 'orderId'>
}

/** @param url of the API that the tracker belongs to, as clients reach it */
export function newTrackingLink(url: string, clock: Clock, lifetimeMs: number): TrackingLink {
  const { token, id } = newTrackingToken()
  const expiresAt = new Date(clock.now().getTime() + lifetimeMs).toISOString()
  return { url: trackingUrl(url, token), token: { id, expiresAt } }
}

/** Where the tracker of an order is, for whoever has its token. */
export function trackingUrl(url: string, token: string): string {
  return `${url}/tracking/${token}`
}
