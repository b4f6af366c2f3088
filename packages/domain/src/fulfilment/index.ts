export {
  afterCancel,
  cancelFulfilment,
  cancellationVerdict,
  resumeAfterRefusal,
  undoAfterCancellation
} from './cancel.ts'
export { checkRule, MAX_SERVICE_ITEMS, RULE_KEY } from './check-rule.ts'
export {
  decideFallout,
  type FalloutCommand,
  type FalloutDecision,
  type FalloutSubject,
  type RequestChanges
} from './decide-fallout.ts'
export {
  activateRule,
  draftRule,
  type RuleChange,
  redraftRule,
  refusalToChangeRule,
  refusalToDeleteRule,
  retireRule,
  ruleMachine
} from './decide-rule.ts'
export {
  type Decomposition,
  type DecompositionProblem,
  decomposeItem,
  type Explanation,
  explain,
  type ItemToDecompose,
  MAX_UNITS,
  type RuleReference
} from './decompose.ts'
export { type Evidence, evidenceOf, MAX_EVIDENCE_LENGTH } from './evidence.ts'
export { type ExplainedProduct, explainItem, type ItemExplanation } from './explain-item.ts'
export { externalIdOf } from './external-id.ts'
export * from './fallout.ts'
export type { FmsCallback } from './fms-subscription.ts'
export { afterGet, askEarly, type ReportSource, reachedStatuses } from './follow.ts'
export * from './fulfilment.ts'
export type { Answer, FulfilmentChange, FulfilmentContext } from './fulfilment-change.ts'
export { type Ingredients, type Intention, intendFulfilment } from './intend.ts'
export { dueAt, type FulfilmentStep, nextStep } from './next-step.ts'
export { isOfNoConsequence, type Told } from './of-no-consequence.ts'
export { earlyPoll, nextPoll, retryDelayMs } from './pace.ts'
export { requestToSend } from './parts.ts'
export {
  type ProductChange,
  type ProductSubject,
  type ProvisioningResult,
  productFor,
  resultOf
} from './product-change.ts'
export { agree, beginProvisioning, beginSending, intend, type Provisioning, take } from './provisioning.ts'
export * from './provisioning-catalog.ts'
export * from './provisioning-rule.ts'
export { defaultRule, doesRuleMatch, selectRule } from './select-rule.ts'
export {
  afterCreate,
  afterLookUp,
  afterLostAnswer,
  beginCreate,
  followReport,
  withoutLookUp
} from './send.ts'
export {
  defaultFulfilmentSettings,
  type FulfilmentSettings,
  type PollPace,
  type RetryPace
} from './settings.ts'
export * from './state-map.ts'
