import {
  apiBindings,
  CallbackGuard,
  type HubServices,
  Notifications,
  newWebhookSecret,
  type SecretBox,
  WebhookSender
} from '@crm-lite/adapters-http'
import { type EventSubscription, sealedSecretsAt } from '@crm-lite/domain'
import type { Config } from './config.ts'
import { openSecretBox } from './secret-key.ts'

/** What tells events and sends them, but for the queue. Shared by the hub and by whatever delivers. */
export interface EventServices {
  readonly notifications: Notifications
  readonly sender: WebhookSender
  /** Plain, newest first. */
  readonly secretsOf: (subscription: EventSubscription, now: Date) => readonly string[]
  readonly hub: HubServices
}

/** @throws {StartRefused} when there is no secret key */
export function eventServices(config: Config, publicBaseUrl: string): EventServices {
  const secretBox = openSecretBox(config)
  const secretsOf = openedSecrets(secretBox)
  const guard = new CallbackGuard({ development: config.mode === 'development', allowedCidrs: config.callbackAllowedCidrs })
  const sender = new WebhookSender({
    guard,
    timeoutMs: config.deliveryTimeoutMs,
    maxPerLane: config.deliveryConcurrencyPerSubscription
  })
  const notifications = new Notifications(apiBindings, { ...config, publicBaseUrl })
  const sendTest: HubServices['sendTest'] = (subscription, message) => {
    const timestamp = new Date()
    const { id, callback } = subscription
    return sender.send({
      ...message,
      url: callback,
      timestamp,
      secrets: secretsOf(subscription, timestamp),
      lane: `test of ${id}`
    })
  }
  return { notifications, sender, secretsOf, hub: { guard, secrets: secretBox, newSecret: newWebhookSecret, sendTest } }
}

/** Opening a secret costs more than remembering it, and there are fewer secrets than deliveries. */
const MAX_OPENED = 1_000

function openedSecrets(secretBox: SecretBox): EventServices['secretsOf'] {
  const opened = new Map<string, string>()
  const open = (sealed: string, place: string): string => {
    const known = opened.get(sealed)
    if (known !== undefined) return known
    if (opened.size >= MAX_OPENED) opened.clear()
    const secret = secretBox.open(sealed, place)
    opened.set(sealed, secret)
    return secret
  }
  return (subscription, now) => sealedSecretsAt(subscription, now).map(sealed => open(sealed, subscription.id))
}
