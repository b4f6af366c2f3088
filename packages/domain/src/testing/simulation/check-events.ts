import type { DomainEvent } from '../../events/domain-event.ts'
import { eventSubscriptionDefinition } from '../../events/event-subscription.ts'
import { fulfilmentDefinition } from '../../fulfilment/fulfilment.ts'
import { provisioningCatalogDefinition } from '../../fulfilment/provisioning-catalog.ts'
import { defaultJourneySpecification } from '../../journey/default-specification.ts'
import { journeyDefinition } from '../../journey/journey.ts'
import { journeyCatalogDefinition } from '../../journey/journey-catalog.ts'
import { journeyFollowerDefinition } from '../../journey/journey-follower.ts'
import { journeySpecificationDefinition } from '../../journey/journey-specification.ts'
import { orderHistoryDefinition } from '../../ordering/history.ts'
import { cancelProductOrderDefinition } from '../../resources/cancel-product-order.ts'
import type { Write } from './draft.ts'
import { keyOf } from './draft.ts'
import type { CommittedChange } from './ledger.ts'
import { insistThat } from './violation.ts'

/** Of these nobody is told. */
const silent: ReadonlySet<string> = new Set(
  [
    eventSubscriptionDefinition,
    fulfilmentDefinition,
    journeyCatalogDefinition,
    journeyDefinition,
    journeyFollowerDefinition,
    orderHistoryDefinition,
    provisioningCatalogDefinition
  ].map(({ name }) => name)
)

/** Of these only that they are made, and their states. */
const tersely: ReadonlySet<string> = new Set([cancelProductOrderDefinition.name])

/** Every change of a resource that somebody may follow is committed with its events, each once and just as it is stored; and no other. */
export function checkEvents(changes: readonly CommittedChange[], writes: readonly Write[]): void {
  const told = new Map<string, DomainEvent[]>()
  for (const write of writes) {
    if (write.kind !== 'publish') continue
    const { event } = write
    const key = revisionKey({ name: event.resource }, event.resourceId, event.revision)
    told.set(key, [...(told.get(key) ?? []), event])
  }
  for (const change of changes) {
    if (silent.has(change.definition.name) || isBuiltIn(change)) continue
    const { before, after } = change
    const { id, revision } = (after ?? before)!.stored
    const events = told.get(revisionKey(change.definition, id, revision)) ?? []
    checkChange(change, events)
  }
  const known = new Set(
    changes.map(({ definition, before, after }) => {
      const { id, revision } = (after ?? before)!.stored
      return revisionKey(definition, id, revision)
    })
  )
  for (const key of told.keys()) {
    const isNotice = told
      .get(key)!
      .every(({ kind }) => kind === 'milestone' || kind === 'jeopardyAlert' || kind === 'errorMessage')
    insistThat(isNotice || known.has(key), () => `an event tells of ${key}, which was not written with it`)
  }
}

/** It is stored for the first time so that it can be read like others: nobody has made it. */
function isBuiltIn({ definition, before, after }: CommittedChange): boolean {
  const isOne = definition.name === journeySpecificationDefinition.name && after?.stored.id === defaultJourneySpecification.id
  return isOne && before === undefined
}

function checkChange({ definition, before, after }: CommittedChange, events: readonly DomainEvent[]): void {
  const { id, revision, document } = (after ?? before)!.stored
  const name = keyOf(definition, id)
  const count = (kind: DomainEvent['kind']) => events.filter(event => event.kind === kind).length
  const isNew = before === undefined
  const isGone = after === undefined
  const isMoved = before !== undefined && after !== undefined && stateOf(definition, before) !== stateOf(definition, after)
  insistThat(count('created') === (isNew ? 1 : 0), () => `${count('created')} times it was told that ${name} was created`)
  insistThat(count('deleted') === (isGone ? 1 : 0), () => `${count('deleted')} times it was told that ${name} was deleted`)
  insistThat(
    count('stateChanged') === (isMoved ? 1 : 0),
    () =>
      `${count('stateChanged')} events tell of the state of ${name} in revision ${revision}, which ${isMoved ? 'has' : 'has not'} changed`
  )
  const attributes = count('attributesChanged')
  insistThat(attributes <= 1, () => `${attributes} events tell of the attributes of ${name} in revision ${revision}`)
  const isTold = isNew || isGone || isMoved || attributes === 1 || tersely.has(definition.name)
  insistThat(isTold, () => `nobody is told that ${name} has changed to revision ${revision}`)
  const isSo = events.every(event => isPart(event) || event.document === document)
  insistThat(isSo, () => `an event shows ${name} in revision ${revision} as it isn't`)
}

function isPart({ kind }: DomainEvent): boolean {
  return kind === 'milestone' || kind === 'jeopardyAlert' || kind === 'errorMessage'
}

function stateOf({ stateAttribute }: CommittedChange['definition'], { resource }: { readonly resource: object }): unknown {
  return (resource as Readonly<Record<string, unknown>>)[stateAttribute]
}

function revisionKey(definition: { readonly name: string }, id: string, revision: number): string {
  return `${keyOf(definition, id)} in revision ${revision}`
}
