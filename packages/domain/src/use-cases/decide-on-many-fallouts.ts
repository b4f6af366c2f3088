import { type FalloutCommand, falloutDefinition } from '../fulfilment/index.ts'
import type { RequestContext } from '../kernel/request-context.ts'
import type { ResourceStore } from '../ports/resource-store.ts'
import type { AttributePath, Filter } from '../query/filter.ts'
import type { OrderDependencies } from './change-order.ts'
import { decideOnFallout } from './decide-on-fallout.ts'

/** Which fallout records are decided about, and how. */
export interface DecisionOnManyFallouts {
  /** Of those that match, the ones that are not resolved. */
  readonly filter: Filter
  readonly command: FalloutCommand
  /** Why, in words, for the history. */
  readonly reason?: string | undefined
}

export interface DecisionsOnFallout {
  /** How many were decided about. */
  readonly done: number
  /** Those that could not be: as a rule with a `DomainError`. */
  readonly failed: readonly FailedDecision[]
  /** How many match that were not looked at. */
  readonly left: number
}

export interface FailedDecision {
  readonly id: string
  readonly error: unknown
}

/** So many records are decided about at once: whoever has more asks again. */
export const MAX_DECISIONS = 1_000

/** Stores commit what comes together in one step. */
const CONCURRENCY = 16

/**
 * Decides about the fallout records that match, the oldest first, each in a transaction of its own: what fails for one stops no other. With
 * an idempotency key none is decided about twice; which ones match is found out anew.
 *
 * @throws {DomainError} `filterTooCostly`, `tooManyScans`, `unavailable` from looking them up
 */
export async function decideOnManyFallouts(
  dependencies: OrderDependencies & { readonly store: Pick<ResourceStore, 'list'> },
  { filter, command, reason }: DecisionOnManyFallouts,
  context: RequestContext
): Promise<DecisionsOnFallout> {
  const { items, total = 0 } = await dependencies.store.list(context.tenant, falloutDefinition, {
    filter: { kind: 'and', filters: [filter, undecided(command)] },
    sort: [{ path: raisedAt, descending: false }],
    limit: MAX_DECISIONS,
    offset: 0,
    count: true
  })
  const pending = items.map(({ id }) => id)[Symbol.iterator]()
  const failed: FailedDecision[] = []
  const decide = async () => {
    for (const id of pending) {
      try {
        await decideOnFallout(dependencies, { falloutId: id, command, reason }, ofOne(context, id))
      } catch (error) {
        failed.push({ id, error })
      }
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, decide))
  return { done: items.length - failed.length, failed, left: total - items.length }
}

const pathTo = (name: string, type: AttributePath['type'] = 'string') => ({ segments: [{ name, many: false }], type })
const raisedAt = pathTo('raisedAt', 'dateTime')
const owner = pathTo('owner')

/** Whoever asks again goes on with the next: what is assigned to somebody isn't assigned to them once more. */
function undecided(command: FalloutCommand): Filter {
  const open: Filter = { kind: 'in', path: pathTo('status'), values: ['open', 'assigned'] }
  if (command.action !== 'assign') return open
  const isSo: Filter =
    command.owner === undefined ? { kind: 'missing', path: owner } : { kind: 'in', path: owner, values: [command.owner] }
  return { kind: 'and', filters: [open, { kind: 'not', filter: isSo }] }
}

function ofOne(context: RequestContext, id: string): RequestContext {
  const { idempotency } = context
  return idempotency ? { ...context, idempotency: { ...idempotency, scope: `${idempotency.scope} ${id}` } } : context
}
