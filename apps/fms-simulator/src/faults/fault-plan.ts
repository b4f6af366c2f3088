import { type Static, Type } from '@sinclair/typebox'
import { checker } from '../checker.ts'

/** What can happen to the answer to a request. */
export const answerFaults = [
  'error500',
  'error502',
  'error503',
  'error429',
  'connectionReset',
  'connectionRefused',
  'silence',
  'silenceThenCommit',
  'answerLost',
  'html',
  'redirect',
  'wrongType',
  'noId',
  'unknownState',
  'hugeAnswer',
  'slowDrip',
  'cutOff'
] as const

/** What can happen to a service order on its way. */
export const orderFaults = [
  'reject',
  'fail',
  'partial',
  'outOfStock',
  'deviceMissing',
  'goBack',
  'hold',
  'pending',
  'stuck',
  'jeopardy',
  'cancelledByFms',
  'refuseCancel'
] as const

/** What can happen to a callback. */
export const callbackFaults = [
  'lostCallback',
  'doubledCallback',
  'delayedCallback',
  'reorderedCallback',
  'garbledCallback',
  'strayCallback'
] as const

export const faultKinds = [...answerFaults, ...orderFaults, ...callbackFaults] as const

export const operations = [
  'create',
  'get',
  'list',
  'patch',
  'delete',
  'cancel',
  'getCancel',
  'listCancel',
  'subscribe',
  'unsubscribe',
  'token'
] as const

export type AnswerFault = (typeof answerFaults)[number]
export type OrderFault = (typeof orderFaults)[number]
export type CallbackFault = (typeof callbackFaults)[number]
export type FaultKind = (typeof faultKinds)[number]
export type Operation = (typeof operations)[number]

const count = { minimum: 0, maximum: 1e9 }

export const faultRuleSchema = Type.Object(
  {
    fault: Type.Union(faultKinds.map(kind => Type.Literal(kind))),
    /** How often, 0 to 1, of the occasions that it fits; always when absent. */
    rate: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
    /** Which requests it fits, for faults of answers; absent: what creates, reads, lists and cancels service orders. */
    on: Type.Optional(Type.Array(Type.Union(operations.map(operation => Type.Literal(operation))))),
    /** Which service orders it fits, `*` standing for anything. */
    externalId: Type.Optional(Type.String({ maxLength: 500 })),
    /** So many occasions that fit are let pass first. */
    skip: Type.Optional(Type.Integer(count)),
    /** So often and never again. */
    times: Type.Optional(Type.Integer(count)),
    /** `silenceThenCommit`: when it is done; `delayedCallback`: how late; `slowDrip`: between two drops. */
    delayMs: Type.Optional(Type.Integer(count)),
    /** `connectionRefused`, `hold`, `pending`: how long; `silence`: until the connection is cut. */
    durationMs: Type.Optional(Type.Integer(count)),
    /** `error429` and `error503`. */
    retryAfterS: Type.Optional(Type.Integer(count)),
    /** `hugeAnswer`. */
    bytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 100_000_000 })),
    /** Whether what was asked is done although the answer does not say so: of `error...`, `html`, `redirect`; `false` when absent. */
    commits: Type.Optional(Type.Boolean()),
    /** `partial`, `outOfStock`, `fail`: ids of the items that it happens to. */
    items: Type.Optional(Type.Array(Type.String()))
  },
  { additionalProperties: false }
)

export type FaultRule = Static<typeof faultRuleSchema>

export const faultPlanSchema = Type.Object(
  { seed: Type.Optional(Type.Integer()), rules: Type.Array(faultRuleSchema) },
  { additionalProperties: false }
)

/**
 * What goes wrong, and how often. On every occasion one number is drawn, from the seed and from what it is about, so that neither the time
 * nor the order in which requests arrive changes it; the rates of the rules that fit lie beside one another on the line from 0 to 1, in
 * the order in which the rules are listed.
 */
export type FaultPlan = Static<typeof faultPlanSchema>

/** @throws {Mistake} when it is none, saying where and why */
export const checkFaultPlan: (value: unknown) => FaultPlan = checker(faultPlanSchema)

/** @throws {Mistake} when it is none, saying where and why */
export const checkFaultRule: (value: unknown) => FaultRule = checker(faultRuleSchema)
