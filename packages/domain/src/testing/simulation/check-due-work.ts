import { type Fulfilment, fulfilmentDefinition } from '../../fulfilment/fulfilment.ts'
import { type Journey, journeyDefinition } from '../../journey/journey.ts'
import type { WorkKind } from '../../ports/work-queue.ts'
import { type ProductOrder, productOrderDefinition } from '../../resources/product-order.ts'
import type { MemoryWorkQueue } from '../memory-work-queue.ts'
import type { CommittedChange } from './ledger.ts'
import { insistThat } from './violation.ts'

const goesOn: ReadonlySet<Fulfilment['state']> = new Set(['intended', 'sent', 'unknown', 'placed', 'cancelling'])

/** Whatever has to go on by itself is scheduled: nothing is ever forgotten because nobody would look at it again. */
export class DueWorkCheck {
  readonly #needed = new Map<string, { readonly kind: WorkKind; readonly id: string }>()
  readonly #isAccepting: boolean

  /** @param isAccepting whether what is acknowledged is accepted by a worker */
  constructor(isAccepting: boolean) {
    this.#isAccepting = isAccepting
  }

  enter(changes: readonly CommittedChange[]): void {
    for (const { definition, before, after } of changes) {
      const { id } = (after ?? before)!.stored
      switch (definition.name) {
        case productOrderDefinition.name:
          this.#need(
            'acceptOrder',
            id,
            this.#isAccepting && (after?.resource as ProductOrder | undefined)?.state === 'acknowledged'
          )
          break
        case journeyDefinition.name:
          this.#need('lookAtJourney', id, (after?.resource as Journey | undefined)?.nextDueDate !== undefined)
          break
        case fulfilmentDefinition.name:
          this.#need('fulfil', id, after !== undefined && goesOn.has((after.resource as Fulfilment).state))
          break
        default:
      }
    }
  }

  examine(queue: MemoryWorkQueue, tenant: string): void {
    for (const { kind, id } of this.#needed.values())
      insistThat(queue.has(tenant, kind, id), () => `${kind} of ${id} is scheduled nowhere, and will never be done`)
  }

  #need(kind: WorkKind, id: string, isNeeded: boolean): void {
    const key = `${kind}/${id}`
    if (isNeeded) this.#needed.set(key, { kind, id })
    else this.#needed.delete(key)
  }
}
