import type { Database } from '@crm-lite/adapters-db'
import { everything, type Fallout, type Fulfilment, falloutDefinition, fulfilmentDefinition } from '@crm-lite/domain'
import { systemClock } from '../compose.ts'
import { TENANT } from '../tenant.ts'
import { withDatabase } from './command-config.ts'
import { CommandFailed } from './failure.ts'
import { filterOf } from './fallout-choice.ts'
import type { FalloutListOptions } from './fallout-options.ts'
import { printTable } from './print-table.ts'

const print = (text: string) => void process.stdout.write(`${text}\n`)

export function listFallouts({ limit, json, ...choice }: FalloutListOptions): Promise<void> {
  const filter = filterOf(choice, systemClock.now()) ?? everything
  return withDatabase(async ({ store }) => {
    const raisedAt = { segments: [{ name: 'raisedAt', many: false }], type: 'dateTime' } as const
    const query = { filter, sort: [{ path: raisedAt, descending: false }], limit, offset: 0, count: true }
    const { items, total = 0 } = await store.list(TENANT, falloutDefinition, query)
    if (json) for (const { document } of items) print(document)
    else {
      const rows = items.map(({ document }) => rowOf(JSON.parse(document) as Fallout))
      printTable(['id', 'raised at', 'kind', 'status', 'owner', 'order', 'item'], rows)
    }
    if (total > items.length) process.stderr.write(`there are ${total}: --limit shows more\n`)
  })
}

export function showFallout(id: string): Promise<void> {
  return withDatabase(async database => {
    const fallout = await falloutWith(database, id)
    const stored = await database.store.get(TENANT, fulfilmentDefinition, fallout.fulfilment.id)
    const { request, state } = JSON.parse(stored?.document ?? '{}') as Partial<Fulfilment>
    const { evidence, ...record } = fallout
    print(JSON.stringify(record, null, 2))
    if (evidence) print(`\nevidence\n${JSON.stringify(evidence, null, 2)}`)
    if (request) print(`\nwhat was to be sent (${state})\n${JSON.stringify(request, null, 2)}`)
  })
}

/** @throws {CommandFailed} when there is none */
async function falloutWith({ store }: Database, id: string): Promise<Fallout> {
  const stored = await store.get(TENANT, falloutDefinition, id)
  if (!stored) throw new CommandFailed('there is no fallout record with this id: `crm fallout list` shows them')
  return JSON.parse(stored.document) as Fallout
}

function rowOf({ id, raisedAt, kind, status, owner = '', productOrder, item }: Fallout): string[] {
  return [id, raisedAt, kind, status, owner, productOrder.id, item.id]
}
