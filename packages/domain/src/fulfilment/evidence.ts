import { isObject } from '../kernel/json.ts'
import type { FmsFailure, ServiceOrderReport, ServiceOrderRequest } from '../ports/fms-gateway.ts'
import type { ProductOrder } from '../resources/product-order.ts'

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
  'category',
  'code',
  'completionDate',
  'date',
  'externalId',
  'id',
  'itemId',
  'itemIds',
  'jeopardyType',
  'model',
  'name',
  'requires',
  'serviceId',
  'state',
  'status',
  'type',
  'valueType',
  'version'
])

/** Words of the FMS. */
const words: ReadonlySet<string> = new Set(['reason', 'message', 'description', 'exception'])

/** In these an id or a name is somebody's. */
const personalBranches: ReadonlySet<string> = new Set(['relatedParty', 'place', 'note', 'externalReference', 'contactMedium'])

/** What these say is nobody's, wherever they stand. */
const neutralAttributes: ReadonlySet<string> = new Set(['@type', '@baseType', '@referredType', '@schemaLocation', 'role'])

const MASK = '***'
/** Shorter values stand in every text by chance. */
const MIN_VALUE_LENGTH = 3

/**
 * What is known of a mishap: what was asked and what came of it.
 *
 * @param happened the evidence of a failure is free of personal data by itself; what an FMS reports is not
 */
export function evidenceOf(
  request: ServiceOrderRequest,
  order: ProductOrder,
  { failure, report }: { readonly failure?: FmsFailure | undefined; readonly report?: ServiceOrderReport | undefined }
): Evidence | undefined {
  const personal = personalValuesOf(order)
  const { request: asked, answer, status } = failure?.evidence ?? {}
  const secret = [...personal, ...valuesIn(request.items.map(({ characteristics }) => characteristics.map(({ value }) => value)))]
  const error = report && errorsOf(report)
  const evidence = {
    ...(asked === undefined && request.items.length > 0 && { request: maskJson(request, secret) }),
    ...(asked !== undefined && { request: hide(asked, personal) }),
    ...(answer === undefined && report && { answer: maskJson(report, secret) }),
    ...(answer !== undefined && { answer: hide(answer, personal) }),
    ...(status !== undefined && { status }),
    ...(error !== undefined && { error: maskWords(error, secret) })
  }
  return Object.keys(evidence).length === 0 ? undefined : evidence
}

function errorsOf({ errorMessages, items }: ServiceOrderReport): string | undefined {
  const errors = [...errorMessages, ...items.flatMap(item => item.errorMessages)].map(({ code, reason, message }) =>
    [code, reason, message].filter(each => each !== undefined).join(': ')
  )
  return errors.length === 0 ? undefined : [...new Set(errors)].join('; ')
}

/** JSON keeps its shape, with its texts masked. */
function maskJson(value: object, secret: readonly string[]): string {
  return shortened(JSON.stringify(maskValue(value, '', false, secret)))
}

/** A text of the FMS, without what we told it, addresses of mail, and numbers of five digits and more, as telephones and accounts have. */
function maskWords(text: string, secret: readonly string[]): string {
  return hide(text, secret).replace(/\+?\d(?:[ ()./-]?\d){4,}/gu, MASK)
}

function hide(text: string, secret: readonly string[]): string {
  let hidden = text.slice(0, 4 * MAX_EVIDENCE_LENGTH)
  for (const value of secret) hidden = hidden.replaceAll(value, MASK)
  return shortened(hidden.replace(/[^\s@"'<>]{1,64}@[^\s@"'<>]{1,255}/gu, MASK))
}

function shortened(text: string): string {
  return text.length > MAX_EVIDENCE_LENGTH ? `${text.slice(0, MAX_EVIDENCE_LENGTH - 1)}…` : text
}

function maskValue(value: unknown, name: string, isPersonal: boolean, secret: readonly string[]): unknown {
  if (Array.isArray(value)) return value.map(each => maskValue(each, name, isPersonal, secret))
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, maskValue(inner, key, isPersonal || personalBranches.has(key), secret)])
    )
  }
  if (value === null || typeof value === 'boolean') return value
  if (isPersonal || typeof value !== 'string') return MASK
  if (words.has(name)) return maskWords(value, secret)
  return tellingAttributes.has(name) && !value.includes('@') ? value : MASK
}

/** Who and where: of the order and all of its items, the longest first. */
function personalValuesOf(order: ProductOrder): string[] {
  const found: unknown[] = []
  collect(order, found)
  return valuesIn(found)
}

function collect(value: unknown, found: unknown[]): void {
  if (Array.isArray(value)) for (const each of value) collect(each, found)
  else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      if (personalBranches.has(key)) found.push(inner)
      else collect(inner, found)
    }
  }
}

function valuesIn(value: unknown): string[] {
  const found = new Set<string>()
  addValues(value, found)
  return [...found].sort((a, b) => b.length - a.length)
}

function addValues(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) addValues(each, found)
  else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) if (!neutralAttributes.has(key)) addValues(inner, found)
  } else if ((typeof value === 'string' || typeof value === 'number') && String(value).length >= MIN_VALUE_LENGTH) {
    found.add(String(value))
  }
}
