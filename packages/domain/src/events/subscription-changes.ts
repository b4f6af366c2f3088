import type { EventSubscription } from './event-subscription.ts'

/** After a rotation deliveries are signed with the old secret too for this long, so that a receiver can change over in its own time. */
export const PREVIOUS_SECRET_LIFETIME_MS = 24 * 60 * 60 * 1000

/** Its events wait from now on. One that was disabled stays so: nothing is added for it anyway. */
export function pausedSubscription(subscription: EventSubscription): EventSubscription {
  return subscription.state === 'active' ? { ...subscription, state: 'paused' } : subscription
}

export function resumedSubscription(subscription: EventSubscription): EventSubscription {
  const { stateReason: _stateReason, ...rest } = subscription
  return { ...rest, state: 'active' }
}

/** @param reason for people: nothing that the receiver wrote */
export function disabledSubscription(subscription: EventSubscription, reason: string): EventSubscription {
  return { ...subscription, state: 'disabled', stateReason: reason }
}

/** Signs with a new secret, and until a day from now with the one that it replaces too. */
export function subscriptionWithNewSecret(subscription: EventSubscription, sealedSecret: string, now: Date): EventSubscription {
  return {
    ...subscription,
    sealedSecret,
    previousSealedSecret: subscription.sealedSecret,
    previousSecretUntil: new Date(now.getTime() + PREVIOUS_SECRET_LIFETIME_MS).toISOString()
  }
}

/** What deliveries are signed with at a time, newest first. */
export function sealedSecretsAt(subscription: EventSubscription, now: Date): readonly string[] {
  const { sealedSecret, previousSealedSecret, previousSecretUntil } = subscription
  const isBoth =
    previousSealedSecret !== undefined && previousSecretUntil !== undefined && now.toISOString() < previousSecretUntil
  return isBoth ? [sealedSecret, previousSealedSecret] : [sealedSecret]
}
