import type { Database } from '@crm-lite/adapters-db'
import {
  type Clock,
  dueFulfilmentWork,
  dueOrderWork,
  type FmsCallback,
  type FmsGateway,
  type FulfilmentPolicy,
  lookAtSubscription,
  type PromptSending,
  purgeTrackingTokens
} from '@crm-lite/domain'
import type { Config } from './config.ts'
import type { EventServices } from './event-services.ts'
import { uuidV7Ids } from './ids.ts'
import { TENANT } from './tenant.ts'
import { DeliveryMetrics } from './workers/delivery-metrics.ts'
import { defaultDeliveryLimits, type WorkerLog } from './workers/delivery-options.ts'
import { DeliveryWorker } from './workers/delivery-worker.ts'
import { disableSubscription } from './workers/disable-subscription.ts'
import { DueWorker } from './workers/due-worker.ts'
import { EventFollower } from './workers/event-follower.ts'
import { FmsMetrics } from './workers/fms-metrics.ts'
import type { PatientAnswers } from './workers/patient-answers.ts'
import { promptSending } from './workers/prompt-sending.ts'
import { purgePeriodically } from './workers/retention.ts'
import { subscriptionWork } from './workers/subscription-work.ts'
import { WorkMetrics } from './workers/work-metrics.ts'

export interface WorkerParts {
  readonly database: Database
  readonly clock: Clock
  readonly services: EventServices
  readonly metrics: ServerMetrics
  readonly log: WorkerLog
  /** Absent: there is no FMS, and people do what is ordered. */
  readonly fms?: FmsParts | undefined
  /** Whether requests wait; absent: they never do. */
  readonly isBusy?: () => boolean
}

/** What orders are handed to. */
export interface FmsParts {
  readonly gateway: FmsGateway
  readonly policy: FulfilmentPolicy
  /** How many calls are made at the same time. */
  readonly concurrency: number
  /** How many of them may be made now: none while it doesn't answer, one to find out whether it does again, fewer while it is to call back. */
  readonly room: () => number
  readonly isAnswering: () => boolean
  /** Keeps answers back that callbacks overtake. Absent: they are stored at once. */
  readonly answers?: PatientAnswers
  /** Where it is to tell what happens; absent: that is seen to by hand. */
  readonly wantedCallback?: FmsCallback
}

export interface DeliveryParts extends Omit<WorkerParts, 'metrics'> {
  readonly metrics: DeliveryMetrics
}

export interface DueParts {
  readonly database: Pick<Database, 'unitOfWork' | 'work' | 'workSignal'>
  readonly clock: Clock
  readonly metrics: Pick<ServerMetrics, 'work'>
  readonly log: WorkerLog
  readonly fms?: Pick<FmsParts, 'policy'> | undefined
  readonly isBusy?: () => boolean
  /** Absent: what acceptances ask for is sent by whoever finds it due. */
  readonly sending?: PromptSending
}

export interface FulfilParts extends Omit<DueParts, 'database' | 'sending'> {
  readonly database: Pick<Database, 'unitOfWork' | 'store' | 'work' | 'workSignal'>
  readonly fms: FmsParts
}

export interface FollowParts {
  readonly database: Pick<Database, 'unitOfWork' | 'store' | 'events' | 'workSignal'>
  readonly clock: Clock
  readonly log: WorkerLog
}

/** What is counted of what a process does beside answering requests, and shown as one text. */
export interface ServerMetrics {
  readonly deliveries: DeliveryMetrics
  readonly work: WorkMetrics
  readonly fms: FmsMetrics
}

export function serverMetrics(database: Database, clock: Clock): ServerMetrics {
  const deliveries = new DeliveryMetrics()
  deliveries.watch(database.deliveries, clock)
  const work = new WorkMetrics(deliveries.registry)
  work.watch(database.work, clock)
  const fms = new FmsMetrics(deliveries.registry)
  fms.watch(instants => database.fulfilmentFigures(TENANT, instants), clock)
  return { deliveries, work, fms }
}

/** Several that are started and stopped as one. */
export interface Worker {
  start(): void
  stop(patienceMs: number): Promise<void>
}

/** Everything that one process does in the background of a database. */
export function allWorkers(config: Config, parts: WorkerParts): Worker {
  const workers: readonly Worker[] = [
    deliveryWorker(config, { ...parts, metrics: parts.metrics.deliveries }),
    ...orderWorkers(config, parts),
    eventFollower(parts)
  ]
  return {
    start: () => {
      for (const each of workers) each.start()
      if (parts.fms?.wantedCallback) haveSubscriptionLookedAt(parts)
    },
    stop: async patienceMs => void (await Promise.all(workers.map(each => each.stop(patienceMs))))
  }
}

/** What does what becomes due in orders and at the FMS. What the one accepts is sent in a place of the other. */
function orderWorkers(config: Config, { fms, ...parts }: WorkerParts): Worker[] {
  if (!fms) return [dueWorker(config, parts)]
  const dependencies = sendDependencies({ ...parts, fms })
  const worker = fmsWorker(config, { ...parts, fms })
  fms.answers?.watch(() => worker.roomMade())
  const { isBusy = () => false, log } = parts
  const sending = promptSending({ dependencies, worker, isAnswering: fms.isAnswering, isBusy, log })
  return [
    dueWorker(config, { ...parts, fms, sending }),
    {
      start: () => worker.start(),
      stop: async patienceMs => {
        await worker.stop(patienceMs)
        await fms.answers?.stop()
      }
    }
  ]
}

/** What does what becomes due by itself. */
export function dueWorker(
  config: Pick<Config, 'orderAcceptance' | 'leaseMs'>,
  { database, clock, metrics, log, fms, isBusy, sending }: DueParts
): DueWorker {
  const { unitOfWork, work, workSignal } = database
  const { orderAcceptance, leaseMs } = config
  return new DueWorker({
    queue: work,
    signal: workSignal,
    clock,
    handlers: dueOrderWork(
      { unitOfWork, ids: uuidV7Ids, clock, orderAcceptance, ...(fms && { fulfilment: fms.policy }) },
      sending
    ),
    metrics: metrics.work,
    log,
    leaseMs,
    ...(isBusy && { isBusy })
  })
}

/** What is begun there comes back in callbacks, which are answered at once, and cost several times as much. */
const FMS_REST = 399

/**
 * What has orders done by the FMS. It waits for answers, so that nothing else waits with it; and what it has claimed is its own for as long
 * as a call may take.
 */
export function fmsWorker(
  { leaseMs }: Pick<Config, 'leaseMs'>,
  { database, clock, metrics, log, fms, isBusy }: FulfilParts
): DueWorker {
  const { work, workSignal } = database
  const { concurrency, room, wantedCallback } = fms
  const dependencies = sendDependencies({ database, clock, fms })
  return new DueWorker({
    queue: work,
    signal: workSignal,
    clock,
    handlers: {
      ...dueFulfilmentWork(dependencies),
      ...(wantedCallback && subscriptionWork(dependencies, wantedCallback))
    },
    metrics: metrics.work,
    log,
    leaseMs: Math.max(leaseMs, fms.policy.settings.callTimeoutMs),
    concurrency,
    room,
    rest: FMS_REST,
    ...(isBusy && { isBusy })
  })
}

function sendDependencies({ database, clock, fms }: Pick<FulfilParts, 'database' | 'clock' | 'fms'>) {
  const { unitOfWork, store } = database
  const { gateway, policy: fulfilment, answers } = fms
  return {
    unitOfWork,
    store,
    ids: uuidV7Ids,
    clock,
    fulfilment,
    fms: gateway,
    ...(answers && { storeLater: answers.storeLater })
  }
}

/** It is work like any other: whoever gets it does it, and nothing waits for it. */
function haveSubscriptionLookedAt({ database, clock, log }: Pick<WorkerParts, 'database' | 'clock' | 'log'>): void {
  lookAtSubscription({ unitOfWork: database.unitOfWork, clock }, TENANT).catch(err =>
    log.warn({ err }, 'whether the FMS is to call back cannot be looked at')
  )
}

/** What lets milestones be reached by events of other resources. */
export function eventFollower({ database, clock, log }: FollowParts): EventFollower {
  const { unitOfWork, store, events, workSignal: signal } = database
  return new EventFollower({ unitOfWork, store, events, signal, ids: uuidV7Ids, clock, log, tenant: TENANT })
}

/** What delivers the events of a database. */
export function deliveryWorker(config: Config, { database, clock, services, metrics, log }: DeliveryParts): DeliveryWorker {
  const { notifications, sender, secretsOf } = services
  return new DeliveryWorker({
    queue: database.deliveries,
    signal: database.workSignal,
    clock,
    wants: (subscription, event) => notifications.wants(subscription, event),
    notificationOf: (subscription, event, now) => ({
      body: notifications.render(subscription, event),
      secrets: secretsOf(subscription, now),
      ...(event.traceparent !== undefined && { traceparent: event.traceparent })
    }),
    send: request => sender.send(request),
    disable: (tenant, id) => disableSubscription(database.unitOfWork, tenant, id),
    metrics,
    log,
    limits: {
      ...defaultDeliveryLimits,
      concurrency: config.deliveryConcurrency,
      concurrencyPerSubscription: config.deliveryConcurrencyPerSubscription,
      leaseMs: config.leaseMs
    }
  })
}

/** Removes what is too old, now and every hour. Returns what ends that. */
export function keepPurged(
  config: Config,
  { database, clock, log }: Pick<WorkerParts, 'database' | 'clock' | 'log'>
): () => void {
  const { eventRetentionDays, deliveredRetentionHours } = config
  const { store, unitOfWork } = database
  const purgeExpired = async () => {
    await database.purgeExpired()
    await purgeTrackingTokens({ store, unitOfWork, clock }, TENANT)
  }
  return purgePeriodically(
    {
      events: database.events,
      deliveries: database.deliveries,
      purgeExpired,
      clock,
      eventRetentionDays,
      deliveredRetentionHours
    },
    err => log.warn({ err }, 'what is too old could not be removed')
  )
}
