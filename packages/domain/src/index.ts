export {
  askBreaker,
  type Breaker,
  type BreakerEffect,
  type BreakerLimits,
  breakerEffects,
  closedBreaker,
  defaultBreakerLimits,
  type Permission,
  settleBreaker
} from './events/breaker.ts'
export {
  changeKinds,
  type DomainEvent,
  type DomainEventKind,
  domainEventKinds,
  type NoticeKind,
  noticeKinds
} from './events/domain-event.ts'
export * from './events/event-subscription.ts'
export {
  type AttemptResult,
  decideAfterAttempt,
  MAX_RETRY_AFTER_MS,
  type NextStep,
  RETRY_DELAYS_MS,
  RETRY_JITTER,
  type UnreachableReason
} from './events/retry.ts'
export * from './events/subscription-changes.ts'
export * from './fulfilment/index.ts'
export * from './journey/index.ts'
export { changedPaths } from './kernel/changes.ts'
export { checkResource } from './kernel/check-resource.ts'
export { compareText } from './kernel/compare-text.ts'
export { type ConflictCode, DomainError, type DomainErrorCode, type DomainErrorDetails, type Fault } from './kernel/errors.ts'
export { canonicalInstant, isDateTime } from './kernel/instant.ts'
export { isObject, type JsonObject, type JsonValue, sameJson } from './kernel/json.ts'
export { mergePatch } from './kernel/merge-patch.ts'
export type { Moment } from './kernel/moment.ts'
export { insist, isRefusal, type Objection, type Refusal, type RefusalCode } from './kernel/refusal.ts'
export { IDEMPOTENCY_RETENTION_MS, type IdempotentRequest, type RequestContext } from './kernel/request-context.ts'
export {
  type DefinitionOf,
  type Entity,
  type IndexedAttribute,
  MAX_INDEXED_LENGTH,
  type Resource,
  type ResourceDefinition,
  resourceIn,
  type StoredResource,
  storedAs,
  storedOf,
  type ValueType
} from './kernel/resource.ts'
export { Slots, type Slotted } from './kernel/slots.ts'
export {
  canMove,
  checkTransitions,
  isFinal,
  pathBetween,
  type StateMachine,
  stateMachine,
  type Transitions
} from './kernel/transitions.ts'
export * from './ordering/index.ts'
export type { Clock } from './ports/clock.ts'
export * from './ports/delivery-queue.ts'
export type { EventLog, EventPage, EventQuery, StoredEvent } from './ports/event-log.ts'
export * from './ports/fms-gateway.ts'
export type { FalloutFigures, FulfilmentFigures } from './ports/fulfilment-figures.ts'
export type { Ids } from './ports/ids.ts'
export type { Page, ResourceStore } from './ports/resource-store.ts'
export type { Outcome, RememberedOutcome, Transaction, UnitOfWork } from './ports/unit-of-work.ts'
export * from './ports/work-queue.ts'
export * from './query/filter.ts'
export { isLike, likeParts } from './query/like.ts'
export { comparables, type FindPattern, matches, numberIn } from './query/matches.ts'
export { type ParsedPattern, parsePattern } from './query/pattern.ts'
export type { PatternNode } from './query/pattern-node.ts'
export { toEcmaScript, toPostgres, toRe2 } from './query/render-pattern.ts'
export * from './query/selection.ts'
export { segmentsOf, valuesAt } from './query/values-at.ts'
export * from './resources/index.ts'
export { acceptProductOrder } from './use-cases/accept-product-order.ts'
export { activateJourneySpecification } from './use-cases/activate-journey-specification.ts'
export { activateProvisioningRule } from './use-cases/activate-provisioning-rule.ts'
export { applyEventToJourney } from './use-cases/apply-event-to-journey.ts'
export type { ChangeDependencies } from './use-cases/change-dependencies.ts'
export { changeFulfilment, type FulfilmentDependencies } from './use-cases/change-fulfilment.ts'
export { changeJourney, type JourneyChangeOptions } from './use-cases/change-journey.ts'
export {
  changeOrder,
  type OrderAcceptance,
  type OrderDependencies,
  type OrderToChange,
  orderAcceptances
} from './use-cases/change-order.ts'
export { changeProduct } from './use-cases/change-product.ts'
export { type Change, changeResource } from './use-cases/change-resource.ts'
export { changeSubscription, type SubscriptionOfApi } from './use-cases/change-subscription.ts'
export { createCalendar } from './use-cases/create-calendar.ts'
export { createJourneySpecification } from './use-cases/create-journey-specification.ts'
export { createProduct } from './use-cases/create-product.ts'
export { createProvisioningRule } from './use-cases/create-provisioning-rule.ts'
export { createResource } from './use-cases/create-resource.ts'
export { createSubscription, type NewSubscription } from './use-cases/create-subscription.ts'
export { createTrackingToken, insertTrackingToken, type NewTrackingToken } from './use-cases/create-tracking-token.ts'
export { type DecisionOnFallout, decideOnFallout } from './use-cases/decide-on-fallout.ts'
export {
  type DecisionOnManyFallouts,
  type DecisionsOnFallout,
  decideOnManyFallouts,
  type FailedDecision,
  MAX_DECISIONS
} from './use-cases/decide-on-many-fallouts.ts'
export { deleteCalendar } from './use-cases/delete-calendar.ts'
export { deleteJourneySpecification } from './use-cases/delete-journey-specification.ts'
export { deleteProductOrder } from './use-cases/delete-product-order.ts'
export { deleteProvisioningRule } from './use-cases/delete-provisioning-rule.ts'
export { deleteResource } from './use-cases/delete-resource.ts'
export { dueFulfilmentWork } from './use-cases/due-fulfilment-work.ts'
export { dueOrderWork, type PromptSending, type SendingPlace } from './use-cases/due-order-work.ts'
export { ensureJourneys } from './use-cases/ensure-journeys.ts'
export { ensureProvisioningRules } from './use-cases/ensure-provisioning-rules.ts'
export { explainProvisioning, type ProvisioningToExplain } from './use-cases/explain-provisioning.ts'
export {
  type FollowDependencies,
  type Followed,
  type FollowedTo,
  followAwaitedEvents
} from './use-cases/follow-awaited-events.ts'
export { followNotification } from './use-cases/follow-notification.ts'
export { journeysInUse } from './use-cases/journeys-in-use.ts'
export {
  doubtSubscription,
  keepSubscribed,
  lookAtSubscription,
  noteCallback,
  type SubscribeDependencies
} from './use-cases/keep-subscribed.ts'
export { moveOrderItems } from './use-cases/move-order-items.ts'

export { patchCalendar } from './use-cases/patch-calendar.ts'
export { patchJourneySpecification } from './use-cases/patch-journey-specification.ts'
export { patchProductOrder } from './use-cases/patch-product-order.ts'
export { patchProvisioningRule } from './use-cases/patch-provisioning-rule.ts'
export { placeProductOrder } from './use-cases/place-product-order.ts'
export type { FulfilmentPolicy } from './use-cases/provision.ts'
export { purgeTrackingTokens } from './use-cases/purge-tracking-tokens.ts'
export { readTracking, type Tracking } from './use-cases/read-tracking.ts'
export { removeSubscription } from './use-cases/remove-subscription.ts'
export { requestCancellation } from './use-cases/request-cancellation.ts'
export { retireJourneySpecification } from './use-cases/retire-journey-specification.ts'
export { retireProvisioningRule } from './use-cases/retire-provisioning-rule.ts'
export { revokeTrackingToken } from './use-cases/revoke-tracking-token.ts'
export { rulesInUse } from './use-cases/rules-in-use.ts'
export { type SendDependencies, sendServiceOrder, type TakenAnswer } from './use-cases/send-service-order.ts'
export { type Settlement, settleCancellation } from './use-cases/settle-cancellation.ts'
export { type OrderToSimulate, simulateJourneySpecification } from './use-cases/simulate-journey-specification.ts'
export { stepFulfilment } from './use-cases/step-fulfilment.ts'
export type { ResourceToChange } from './use-cases/stored-resource.ts'
