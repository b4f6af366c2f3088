import { hkdfSync } from 'node:crypto'
import type { Database } from '@crm-lite/adapters-db'
import { FMS_LISTENER_PATH, type FmsListener } from '@crm-lite/adapters-http'
import {
  type Clock,
  defaultFulfilmentSettings,
  type FmsCallback,
  type FmsGateway,
  type FulfilmentPolicy,
  type FulfilmentSettings
} from '@crm-lite/domain'
import { type Authentication, FmsClient, type FmsClientOptions, readNotification } from '@crm-lite/fms-client'
import type { Config } from './config.ts'
import type { FmsConfig } from './fms-config.ts'
import { secretKeyOf } from './secret-key.ts'
import { TENANT } from './tenant.ts'
import { BreakerWatch } from './workers/breaker-watch.ts'
import type { WorkerLog } from './workers/delivery-options.ts'
import type { FmsMetrics } from './workers/fms-metrics.ts'
import { PatientAnswers } from './workers/patient-answers.ts'
import { SubscriptionWatch } from './workers/subscription-watch.ts'

/** Everything that works with the FMS; calls to it begin only when somebody makes them. */
export interface FmsServices {
  readonly gateway: FmsGateway
  readonly policy: FulfilmentPolicy
  /** Absent: the FMS does not tell us anything by itself. */
  readonly listener?: FmsListener
  /** How many calls are made at the same time. */
  readonly concurrency: number
  /**
   * How many of them may be made now: none while the FMS does not answer, one to find out whether it does again, and fewer while it is about
   * to call back about many.
   */
  readonly room: () => number
  /** Whether it does, as far as is known. */
  readonly isAnswering: () => boolean
  /** Keeps answers back that callbacks overtake. Absent: the FMS does not tell us anything by itself. */
  readonly answers?: PatientAnswers
  /** Where the FMS is to tell what happens; absent: that is seen to by hand. */
  readonly wantedCallback?: FmsCallback
  /** Waits for calls under way, which take no longer than their timeout. */
  close(): Promise<void>
}

interface Parts {
  readonly database: Pick<Database, 'store' | 'unitOfWork'>
  readonly clock: Clock
  readonly metrics: FmsMetrics
  readonly log: WorkerLog
}

export interface FmsPlaces {
  /** Where the FMS is: that of the settings, or of the simulator. */
  readonly fmsUrl: string | undefined
  /** What the FMS reaches us by. */
  readonly callbackBaseUrl: string
}

/**
 * What is needed to work with the FMS of the settings.
 *
 * @returns undefined when there is none
 * @throws {StartRefused} when there is no secret key
 */
export function fmsServices(config: Config, { fmsUrl, callbackBaseUrl }: FmsPlaces, parts: Parts): FmsServices | undefined {
  const { fms } = config
  if (!fms || fmsUrl === undefined) return undefined
  const { metrics, log, database, clock } = parts
  const breaker = new BreakerWatch({ probeAfterMs: fms.probeSeconds * SECOND_MS, places: fms.maxConcurrent, metrics, log })
  const gateway = new FmsClient({
    ...clientOptions(fms, fmsUrl),
    onCall: report => metrics.called(report),
    onBreakerChange: state => breaker.changed(state)
  })
  const watch = new SubscriptionWatch({ ...database, clock }, TENANT, log)
  const secret = fms.callbackSecret ?? derivedSecret(config)
  const isToldNothing = fms.callbacks === 'off'
  const answers = isToldNothing ? undefined : new PatientAnswers({ log })
  return {
    gateway: answers ? watch.asking(gateway) : gateway,
    policy: fulfilmentPolicy(fms),
    ...(answers && {
      answers,
      listener: { secret, read: watch.reading(readNotification), onOver: answers.overtaken, justSent: answers.justSent }
    }),
    concurrency: fms.maxConcurrent,
    room: () => Math.min(breaker.room(), fms.maxConcurrent * CALLBACKS_PER_CALL - (answers?.expected ?? 0)),
    isAnswering: () => breaker.room() > 0,
    ...(fms.callbacks !== 'byHand' && {
      wantedCallback: {
        // The simulator is the same one at another port.
        fms: fms.url ?? 'simulator',
        ...(!isToldNothing && { callback: `${callbackBaseUrl}${FMS_LISTENER_PATH}/${secret}` })
      }
    }),
    close: () => gateway.close()
  }
}

const SECOND_MS = 1_000
const HOUR_MS = 3_600 * SECOND_MS
/** So many service orders may have been sent that the FMS is about to call back about. */
const CALLBACKS_PER_CALL = 6
/** Calls beyond those of the workers, which are never more at a time than there are places: they wait for one to end. */
const MAX_WAITING = 8
/** A call may have to wait for its turn, ask for a token twice and be made twice; tokens take ten seconds at most. */
const LONGEST_CALL = { timeouts: 3, tokenMs: 20 * SECOND_MS, marginMs: SECOND_MS }

function clientOptions(fms: FmsConfig, baseUrl: string): FmsClientOptions {
  const { create, get, list, cancel, cancellation, subscribe, unsubscribe } = fms.callTimeoutSeconds
  const timeoutMs = (seconds = fms.timeoutSeconds) => seconds * SECOND_MS
  const authentication = authenticationOf(fms)
  return {
    baseUrl,
    version: fms.version,
    ...(fms.path !== undefined && { path: fms.path }),
    headers: fms.headers,
    ...(authentication && { authentication }),
    ...fms.tls,
    lookUp: fms.lookUp,
    timeoutsMs: {
      create: timeoutMs(create),
      get: timeoutMs(get),
      list: timeoutMs(list),
      cancel: timeoutMs(cancel),
      cancellation: timeoutMs(cancellation),
      subscribe: timeoutMs(subscribe),
      unsubscribe: timeoutMs(unsubscribe)
    },
    connectTimeoutMs: Math.min(timeoutMs(), 3 * SECOND_MS),
    maxConcurrent: fms.maxConcurrent,
    maxWaiting: MAX_WAITING,
    breaker: { probeAfterMs: fms.probeSeconds * SECOND_MS }
  }
}

function authenticationOf({ token, oauth }: FmsConfig): Authentication | undefined {
  if (token) return { kind: 'token', token }
  return oauth && { kind: 'clientCredentials', ...oauth }
}

/** How orders are handed to the FMS of the settings: what whoever decides about them has to know, without calling it. */
export function fulfilmentPolicy(fms: FmsConfig): FulfilmentPolicy {
  return { settings: fulfilmentSettings(fms), random: Math.random, canLookUp: fms.lookUp.by !== 'none' }
}

function fulfilmentSettings(fms: FmsConfig): FulfilmentSettings {
  const { retry, poll, ...others } = defaultFulfilmentSettings
  const { timeouts, tokenMs, marginMs } = LONGEST_CALL
  const pollMinMs = fms.pollSeconds.min * SECOND_MS
  // Whichever call it is that one has to wait for.
  const longestMs = Math.max(fms.timeoutSeconds, ...Object.values(fms.callTimeoutSeconds)) * SECOND_MS
  return {
    ...others,
    settleTimeMs: fms.settleSeconds * SECOND_MS,
    callTimeoutMs: timeouts * longestMs + (fms.oauth ? tokenMs : 0) + marginMs,
    retry: {
      ...retry,
      firstMs: fms.retrySeconds.min * SECOND_MS,
      maxMs: fms.retrySeconds.max * SECOND_MS,
      giveUpAfterMs: fms.giveUpHours * HOUR_MS
    },
    poll: { ...poll, minMs: pollMinMs, maxMs: fms.pollSeconds.max * SECOND_MS, earlyMs: Math.min(poll.earlyMs, pollMinMs) }
  }
}

/** All servers of a database have the same key, and so the same address for callbacks. */
function derivedSecret(config: Config): string {
  const bytes = hkdfSync('sha256', secretKeyOf(config), '', 'crm-lite address of the FMS listener', 24)
  return Buffer.from(bytes).toString('base64url')
}
