import type { FmsEvidence, FmsFailure, JsonValue } from '@crm-lite/domain'
import { isTmfError } from './answer-schemas.ts'
import type { Credentials } from './credentials.ts'
import type { HttpAnswer, NoAnswer } from './exchange.ts'
import type { FmsCall } from './fms-client-options.ts'
import { cut, maskedValuesOf, maskJson, maskText } from './masking.ts'
import { readJson } from './reading.ts'
import { retryAfterS } from './retry-after.ts'
import type { NotSent } from './transport.ts'

/** What was asked of the FMS, as far as a failure tells of it. */
export interface Asked {
  readonly call: FmsCall
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: JsonValue
}

interface Verdict {
  readonly code: string
  readonly retryable: boolean
  /** Whether it may have been done all the same. */
  readonly mayBeDone: boolean
}

/** What is said by a status of its own; the others go by their hundred. */
const verdicts: Readonly<Record<number, Verdict>> = {
  307: { code: 'redirected', retryable: false, mayBeDone: false },
  308: { code: 'redirected', retryable: false, mayBeDone: false },
  401: { code: 'unauthorized', retryable: true, mayBeDone: false },
  403: { code: 'forbidden', retryable: false, mayBeDone: false },
  404: { code: 'notFound', retryable: false, mayBeDone: false },
  408: { code: 'requestTimeout', retryable: true, mayBeDone: true },
  409: { code: 'conflict', retryable: false, mayBeDone: true },
  410: { code: 'notFound', retryable: false, mayBeDone: false },
  425: { code: 'tooManyRequests', retryable: true, mayBeDone: false },
  429: { code: 'tooManyRequests', retryable: true, mayBeDone: false },
  501: { code: 'notImplemented', retryable: false, mayBeDone: false },
  505: { code: 'notImplemented', retryable: false, mayBeDone: false }
}

/**
 * A proxy answers with 502, 503 or 504 when the FMS behind it may be at work, a 500 may come after the work was stored, and many send
 * whoever has posted something on to what became of it.
 */
function verdictOf(status: number): Verdict {
  const verdict = verdicts[status]
  if (verdict) return verdict
  if (status >= 500) return { code: 'serverError', retryable: true, mayBeDone: true }
  if (status >= 400) return { code: 'badRequest', retryable: false, mayBeDone: false }
  return { code: 'redirected', retryable: false, mayBeDone: true }
}

/** Look-ups that an FMS doesn't do as they have to be done fail the next time as well. */
const LASTING = new Set(['filterIgnored', 'pagingIgnored', 'tooManyOrders'])

const changing: ReadonlySet<FmsCall> = new Set(['create', 'cancel', 'subscribe', 'unsubscribe'])

/** It answered with something else than 2xx. */
export function refusedBy(asked: Asked, answer: HttpAnswer): FmsFailure {
  const { code, retryable, mayBeDone } = verdictOf(answer.status)
  const asksFor = retryAfterS(answer.headers['retry-after'], new Date())
  return {
    kind: 'refused',
    code,
    retryable,
    isOutcomeUnknown: mayBeDone && changing.has(asked.call),
    message: cut(`The FMS answered ${answer.status}${wordsOf(asked, answer)}`, 400),
    ...(asksFor !== undefined && { retryAfterS: asksFor }),
    evidence: evidenceOf(asked, answer)
  }
}

/** It answered, and nobody knows what: see `FmsFailure` for the codes. */
export function unreadableAnswer(asked: Asked, code: string, answer: HttpAnswer): FmsFailure {
  return {
    kind: 'unreadable',
    code,
    retryable: !LASTING.has(code),
    isOutcomeUnknown: changing.has(asked.call),
    message: `The answer of the FMS (${answer.status}) makes no sense: ${code}`,
    evidence: evidenceOf(asked, answer)
  }
}

export function unansweredBy(asked: Asked, { reason, wasSent, status }: NoAnswer): FmsFailure {
  return {
    kind: 'unreachable',
    code: reason,
    // A certificate does not get better by itself, but is changed by others, as an address is.
    retryable: true,
    isOutcomeUnknown: wasSent && changing.has(asked.call),
    message: wasSent ? `The FMS did not answer in full: ${reason}` : `The FMS cannot be reached: ${reason}`,
    evidence: { request: requestOf(asked), ...(status !== undefined && { status }) }
  }
}

export function unsentFailure(asked: Asked, { reason, retryAfterS }: NotSent): FmsFailure {
  return {
    kind: 'unreachable',
    code: reason,
    retryable: true,
    isOutcomeUnknown: false,
    message: `Nothing was sent to the FMS: ${reason}`,
    ...(retryAfterS !== undefined && { retryAfterS }),
    evidence: { request: requestOf(asked) }
  }
}

export function withoutToken(asked: Asked, credentials: Exclude<Credentials, { readonly kind: 'ok' }>): FmsFailure {
  const { status, error } = credentials
  const answer = [status ?? 'no answer', error].filter(part => part !== undefined).join(', ')
  return {
    kind: 'unreachable',
    code: 'noToken',
    retryable: true,
    isOutcomeUnknown: false,
    message: `Nothing was sent to the FMS, because there is no token (${answer})`,
    evidence: { request: requestOf(asked), ...(status !== undefined && { status }) }
  }
}

/** Nothing was sent, as it could not lead to anything. */
export function unsupported(message: string): FmsFailure {
  return { kind: 'refused', code: 'notSupported', retryable: false, isOutcomeUnknown: false, message }
}

/** There is nothing that could be called so, and asking for it would ask for something else. */
export const noSuchId: FmsFailure = {
  kind: 'refused',
  code: 'notFound',
  retryable: false,
  isOutcomeUnknown: false,
  message: 'Nothing was sent to the FMS, because nothing has such an id'
}

/** A few KiB tell what went wrong; more would be stored with every failure. */
const MAX_EVIDENCE_LENGTH = 2_000

function evidenceOf(asked: Asked, answer: HttpAnswer): FmsEvidence {
  const sent = maskedValuesOf(asked.body)
  const read = readJson(answer)
  const text = read.kind === 'ok' ? JSON.stringify(maskJson(read.value, sent)) : maskText(answer.text, sent, MAX_EVIDENCE_LENGTH)
  return { request: requestOf(asked), answer: cut(text, MAX_EVIDENCE_LENGTH), status: answer.status }
}

function requestOf({ method, path, body }: Asked): string {
  const masked = body === undefined ? '' : ` ${JSON.stringify(maskJson(body))}`
  return cut(`${method} ${path}${masked}`, MAX_EVIDENCE_LENGTH)
}

function wordsOf(asked: Asked, answer: HttpAnswer): string {
  const read = readJson(answer)
  if (read.kind !== 'ok' || !isTmfError(read.value)) return ''
  const { code, reason, message } = read.value
  const sent = maskedValuesOf(asked.body)
  const words = [reason, message].filter(word => word !== undefined).map(word => maskText(word, sent, 150))
  const label = code === undefined ? [] : [cut(String(code), 40)]
  const all = [...label, ...words].join(' - ')
  return all && `: ${all}`
}
