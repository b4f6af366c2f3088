import { isObject } from '../kernel/json.ts'
import type { FmsEvidence } from '../ports/fms-gateway.ts'

/** What passed between us and the FMS, without what is personal. */
export interface Evidence {
  request?: string
  answer?: string
  /** Of HTTP. */
  status?: number
  /** What the FMS said was wrong. */
  error?: string
}

/** In characters, each part: enough to see what is wrong. */
export const MAX_EVIDENCE_LENGTH = 4_000

/**
 * Values of these attributes say what something is, never whom it is about. Everything else is masked: an FMS may put a name or an
 * address into any characteristic or text.
 */
const tellingAttributes: ReadonlySet<string> = new Set([
  '@type',
  '@baseType',
  '@referredType',
  'action',
  'code',
  'eventType',
  'externalId',
  'id',
  'itemId',
  'name',
  'orderItem',
  'relationshipType',
  'serviceOrderId',
  'state',
  'status',
  'type',
  'valueType',
  'version'
])

/** In these an id or a name is somebody's. */
const personalBranches: ReadonlySet<string> = new Set(['relatedParty', 'place', 'note', 'externalReference', 'contactMedium'])

const MASK = '***'

export function maskEvidence({ request, answer, status, error }: Evidence | (FmsEvidence & { error?: string })): Evidence {
  return {
    ...(request !== undefined && { request: maskText(request) }),
    ...(answer !== undefined && { answer: maskText(answer) }),
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error: maskFreeText(error) })
  }
}

/** JSON keeps its shape, with its texts masked. Of anything else what looks personal is masked. */
export function maskText(text: string): string {
  const parsed = parse(text)
  const masked = parsed === undefined ? maskFreeText(withoutMembers(text)) : JSON.stringify(maskValue(parsed.value, '', false))
  return masked.length > MAX_EVIDENCE_LENGTH ? `${masked.slice(0, MAX_EVIDENCE_LENGTH - 1)}…` : masked
}

/** Addresses of mail and numbers of five digits and more, as telephones, accounts and postcodes have. */
export function maskFreeText(text: string): string {
  return text
    .slice(0, 4 * MAX_EVIDENCE_LENGTH)
    .replace(/[^\s@"'<>]{1,64}@[^\s@"'<>]{1,255}/gu, MASK)
    .replace(/\+?\d(?:[ ()./-]?\d){4,}/gu, MASK)
    .slice(0, MAX_EVIDENCE_LENGTH)
}

function maskValue(value: unknown, name: string, isPersonal: boolean): unknown {
  if (Array.isArray(value)) return value.map(each => maskValue(each, name, isPersonal))
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, maskValue(inner, key, isPersonal || personalBranches.has(key))])
    )
  }
  if (value === null || typeof value === 'boolean') return value
  return !isPersonal && typeof value === 'string' && tellingAttributes.has(name) ? maskMail(value) : MASK
}

function maskMail(text: string): string {
  return text.includes('@') ? MASK : text
}

/** Long JSON was cut by whoever took it down, and is no JSON any more: what stands in members is masked where they are no states. */
function withoutMembers(text: string): string {
  return text.replace(/"([^"\\]{0,100})"\s*:\s*(?:"(?:[^"\\]|\\.)*"?|-?\d[\d.eE+-]*)/gu, (member, name: string) =>
    cutAttributes.has(name) ? member : `"${name}":"${MASK}"`
  )
}

const cutAttributes: ReadonlySet<string> = new Set(['@type', 'action', 'code', 'externalId', 'eventType', 'state', 'status'])

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) || Array.isArray(value) ? { value } : undefined
  } catch {
    return undefined
  }
}
