import { type Fallout, falloutDefinition } from '../../fulfilment/fallout.ts'
import { type Fulfilment, fulfilmentDefinition } from '../../fulfilment/fulfilment.ts'
import type { CommittedChange, Ledger } from './ledger.ts'
import { insistThat } from './violation.ts'

/** What has fallen out has one record that is open, and a record that is open is about something that has fallen out. */
export function checkFallout(changes: readonly CommittedChange[], ledger: Ledger): void {
  for (const { definition, after } of changes) {
    if (!after) continue
    if (definition.name === fulfilmentDefinition.name) {
      const { id, state, fallout } = ledger.get(fulfilmentDefinition, after.stored.id)!.resource as Fulfilment
      insistThat(
        (state === 'fallout') === (fallout !== undefined),
        () => `${id} is ${state} with the fallout record ${fallout?.id}`
      )
      if (fallout) insistThat(isOpen(ledger, fallout.id), () => `${id} has fallen out, and nobody can see it`)
    }
    if (definition.name === falloutDefinition.name) {
      const { id, status, fulfilment } = ledger.get(falloutDefinition, after.stored.id)!.resource as Fallout
      const record = ledger.get(fulfilmentDefinition, fulfilment.id)?.resource as Fulfilment | undefined
      const isAbout = record?.state === 'fallout' && record.fallout?.id === id
      insistThat(
        isAbout === (status !== 'resolved'),
        () => `the fallout record ${id} is ${status}, and ${fulfilment.id} is ${record?.state}`
      )
    }
  }
}

function isOpen(ledger: Ledger, id: string): boolean {
  const fallout = ledger.get(falloutDefinition, id)?.resource as Fallout | undefined
  return fallout !== undefined && fallout.status !== 'resolved'
}
