import { drawn } from './draw.ts'
import {
  type AnswerFault,
  answerFaults,
  type CallbackFault,
  callbackFaults,
  type FaultKind,
  type FaultPlan,
  type FaultRule,
  type Operation,
  type OrderFault,
  orderFaults
} from './fault-plan.ts'

/** A rule that applies now, known by its kind. */
export type Fault<Kind extends FaultKind> = FaultRule & { readonly fault: Kind }

/** What may go wrong: a request, with what it is about; an order; or one callback of an order. */
export interface Occasion {
  readonly operation?: Operation
  /** The `externalId` of the order where there is one: ids differ from run to run. */
  readonly about: string
  /** Rules that came with the request or the order itself and go before the plan. */
  readonly own?: readonly FaultRule[] | undefined
}

const usually: readonly Operation[] = ['create', 'get', 'list', 'cancel', 'getCancel']
const creating: readonly Operation[] = ['create', 'cancel']
/** Where a fault makes sense, when a rule does not say. */
const fitting: Partial<Record<FaultKind, readonly Operation[]>> = {
  answerLost: creating,
  silenceThenCommit: creating,
  noId: ['create', 'get', 'cancel', 'getCancel'],
  wrongType: ['create', 'get', 'cancel', 'getCancel'],
  unknownState: ['create', 'get', 'cancel', 'getCancel']
}

/** Decides what goes wrong, and counts it. */
export class Faults {
  #plan: FaultPlan
  /** How often an occasion came, a rule fitted, and a rule applied. */
  readonly #counts = new Map<string, number>()
  readonly #happened = new Map<FaultKind, number>()

  constructor(plan: FaultPlan) {
    this.#plan = plan
  }

  get plan(): FaultPlan {
    return this.#plan
  }

  /** Starts to count anew. */
  set plan(plan: FaultPlan) {
    this.#plan = plan
    this.#counts.clear()
  }

  /** How often each kind has happened. */
  get happened(): Readonly<Partial<Record<FaultKind, number>>> {
    return Object.fromEntries(this.#happened)
  }

  ofAnswer(occasion: Occasion & { readonly operation: Operation }): Fault<AnswerFault> | undefined {
    return this.#draw(answerFaults, occasion)
  }

  ofOrder(occasion: Occasion): Fault<OrderFault> | undefined {
    return this.#draw(orderFaults, occasion)
  }

  ofCallback(occasion: Occasion): Fault<CallbackFault> | undefined {
    return this.#draw(callbackFaults, occasion)
  }

  #draw<Kind extends FaultKind>(kinds: readonly Kind[], { operation, about, own = [] }: Occasion): Fault<Kind> | undefined {
    const isWanted = (rule: FaultRule): rule is Fault<Kind> => kinds.some(kind => kind === rule.fault)
    const at = `${kinds[0]} ${operation ?? ''} ${about}`
    const point = drawn(this.#plan.seed ?? 1, `${at} ${this.#count(at)}`)
    let covered = 0
    const rules = [...own.map((rule, index) => ({ rule, key: `own ${about} ${index}` })), ...this.#planned()]
    for (const { rule, key } of rules) {
      if (!isWanted(rule) || !fits(rule, operation, about) || !this.#isItsTurn(rule, key)) continue
      covered += rule.rate ?? 1
      if (point >= covered) continue
      this.#count(`applied ${key}`)
      this.#happened.set(rule.fault, (this.#happened.get(rule.fault) ?? 0) + 1)
      return rule
    }
    return undefined
  }

  #planned(): { rule: FaultRule; key: string }[] {
    return this.#plan.rules.map((rule, index) => ({ rule, key: `plan ${index}` }))
  }

  #isItsTurn({ skip = 0, times }: FaultRule, key: string): boolean {
    if (times !== undefined && (this.#counts.get(`applied ${key}`) ?? 0) >= times) return false
    return skip === 0 || this.#count(`fitted ${key}`) >= skip
  }

  /** @returns how often it was counted before */
  #count(key: string): number {
    const before = this.#counts.get(key) ?? 0
    this.#counts.set(key, before + 1)
    return before
  }
}

function fits(rule: FaultRule, operation: Operation | undefined, about: string): boolean {
  if (operation !== undefined && !(rule.on ?? fitting[rule.fault] ?? usually).includes(operation)) return false
  return rule.externalId === undefined || isLike(about, rule.externalId)
}

/** Whether a text fits a pattern in which `*` stands for anything; in time that grows with text and pattern only. */
function isLike(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false
  let from = first.length
  for (const part of rest) {
    const found = text.indexOf(part, from)
    if (found < 0) return false
    from = found + part.length
  }
  return from <= text.length - last.length
}
