import type { FalloutCommand } from '../../fulfilment/decide-fallout.ts'
import { type Fallout, falloutDefinition } from '../../fulfilment/fallout.ts'
import { type Fulfilment, fulfilmentDefinition } from '../../fulfilment/fulfilment.ts'
import { decideOnFallout } from '../../use-cases/decide-on-fallout.ts'
import type { Client } from './client.ts'

/** Somebody looks at one of the fallout records that are open and decides, well or not. */
export async function decide(client: Client): Promise<void> {
  const { random } = client.world
  const fallout = random.pickIfAny(openFallouts(client))
  if (!fallout) return
  const command = random.chance(0.1) ? { action: 'assign' as const, owner: client.name } : anyCommand(client, fallout)
  await client.request(command.action, falloutDefinition, ({ dependencies }, context) =>
    decideOnFallout(dependencies, { falloutId: fallout.id, command, reason: 'somebody decides' }, context)
  )
}

export function openFallouts({ world }: Pick<Client, 'world'>): Fallout[] {
  return world.ledger.all<Fallout>(falloutDefinition).filter(({ status }) => status !== 'resolved')
}

function anyCommand({ world }: Client, { fulfilment }: Fallout): FalloutCommand {
  const action = world.random.weighted({ retry: 5, retryWithChanges: 2, skip: 1, completeByHand: 2, compensate: 2 })
  if (action === 'retryWithChanges') {
    const record = world.ledger.get(fulfilmentDefinition, fulfilment.id)?.resource as Fulfilment | undefined
    const items = (record?.request.items ?? [])
      .slice(0, 1)
      .map(({ id }) => ({ id, characteristics: [{ name: 'vlan', value: 7 }] }))
    return { action, changes: { items } }
  }
  if (action === 'completeByHand') return { action, result: { services: [{ id: `by-hand-${world.random.below(1_000)}` }] } }
  return { action }
}
