import type { JsonValue } from '@crm-lite/domain'

/** What an operator has to see to find a fault, and what is about the order rather than the customer. Everything else is masked. */
const SHOWN = new Set([
  ...[
    'id',
    'itemId',
    'externalId',
    'serviceOrderId',
    'state',
    'status',
    'action',
    'code',
    'category',
    'version',
    'valueType',
    'model'
  ],
  ...[
    'relationshipType',
    'eventType',
    'eventId',
    'eventTime',
    'jeopardyType',
    '@type',
    '@baseType',
    '@referredType',
    'errorCode'
  ],
  ...['orderDate', 'startDate', 'completionDate', 'requestedStartDate', 'requestedCompletionDate', 'milestoneDate', 'alertDate']
])

/** Things that have names, rather than people. */
const NAMED = new Set([
  ...[
    'serviceSpecification',
    'serviceCharacteristic',
    'supportingResource',
    'resourceCharacteristic',
    'milestone',
    'jeopardyAlert'
  ]
])

/** People and places: their ids and dates say who or where they are, so that nothing of them is shown. */
const PERSONAL = new Set(['relatedParty', 'place', 'note', 'notificationContact', 'relatedEntity'])

/** Words of the FMS: shown, but for what they repeat of what was sent, and for what looks like somebody's address or number. */
const WORDS = new Set(['reason', 'message', 'error', 'error_description'])

const MASK = '***'
const MAX_TEXT = 300
const MAX_SHOWN_LENGTH = 200

/** A JSON value with everything masked that may be personal; its form stays visible. */
export function maskJson(value: JsonValue | undefined, sent: readonly string[] = [], key = '', parent = ''): JsonValue {
  if (PERSONAL.has(key)) return MASK
  if (Array.isArray(value)) return value.map(each => maskJson(each, sent, key, parent))
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, maskJson(inner, sent, name, key)]))
  }
  if (value === null || value === undefined || typeof value === 'boolean') return value ?? null
  if (WORDS.has(key) && typeof value === 'string') return maskText(value, sent)
  const isShown = SHOWN.has(key) || (key === 'name' && NAMED.has(parent))
  return isShown ? (typeof value === 'string' ? cut(value, MAX_SHOWN_LENGTH) : value) : MASK
}

/**
 * A text of somebody else, shortened.
 *
 * @param sent values that must not be shown: see {@link maskedValuesOf}
 */
export function maskText(text: string, sent: readonly string[], maxLength = MAX_TEXT): string {
  // Cut first, with room for what masking takes away: nobody's megabyte is searched.
  let masked = cut(text, maxLength * 4)
  for (const value of sent) masked = masked.replaceAll(value, MASK)
  masked = masked
    .replaceAll(/[^\s@<>"']{1,64}@[^\s@<>"']{1,255}/g, MASK)
    .replaceAll(/("[^"]*"\s*:\s*)"(?:[^"\\]|\\.)*"?/g, `$1"${MASK}"`)
    .replaceAll(/\+?\d(?:[ ()/.-]{0,2}\d){6,}/g, MASK)
  return cut(masked, maxLength)
}

/** What masking hides of something that was sent, the longest first, so that it can be found in what came back. */
export function maskedValuesOf(value: JsonValue | undefined): readonly string[] {
  const found = new Set<string>()
  collect(value, '', '', found)
  return [...found].sort((a, b) => b.length - a.length)
}

/** Shorter ones stand in every text by chance. */
const MIN_VALUE_LENGTH = 3

function collect(value: JsonValue | undefined, key: string, parent: string, found: Set<string>): void {
  if (Array.isArray(value)) for (const each of value) collect(each, key, parent, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) collect(inner, PERSONAL.has(key) ? '' : name, key, found)
  } else if (typeof value === 'string' || typeof value === 'number') {
    const isShown = SHOWN.has(key) || (key === 'name' && NAMED.has(parent))
    if (!isShown && String(value).length >= MIN_VALUE_LENGTH) found.add(String(value))
  }
}

export function cut(text: string, maxLength: number): string {
  return text.length <= maxLength ? text : `${text.slice(0, maxLength - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}
