import { SingleBar } from 'cli-progress'
import { Command } from 'commander'
import type { SeedCounts } from '../seed/seed-customers.ts'
import { integerOption } from './integer-option.ts'

interface SeedOptions {
  readonly customers: number
  readonly orders: number
  readonly products: number
  readonly seed: number
  readonly concurrency: number
}

const TENANT = 'default'
const LINE_INTERVAL_MS = 5_000

export function seedCommand(): Command {
  return new Command('seed')
    .description('store fictional customers, each with the individual or organization that it engages')
    .requiredOption('--customers <number>', 'how many customers there shall be', integerOption(1, 100_000_000))
    .option('--orders <number>', 'how many orders of theirs there shall be', integerOption(0, 100_000_000), 0)
    .option('--products <number>', 'how many products they shall have', integerOption(0, 100_000_000), 0)
    .option('--seed <number>', 'another seed makes other customers', integerOption(0, 2 ** 31 - 1), 1)
    .option('--concurrency <number>', 'how many commits are under way at once', integerOption(1, 1_000), 16)
    .addHelpText(
      'after',
      `
The same seed makes the same data, ids included. Customers that are there already are left as they are, so that the command can be
repeated, and a larger number adds the rest. May run beside a server.

Examples:
  $ crm seed --customers 1000 --orders 200 --products 3000
  $ crm seed --customers 1000000 --seed 7
  $ DATABASE_URL=postgres://crm@db.internal/crm crm seed --customers 1000000 --concurrency 32`
    )
    .action(async (options: SeedOptions) => {
      const [{ withDatabase }, { seedCustomers }, { seedOrders }, { seedProducts }, { uuidV7Ids: ids }] = await Promise.all([
        import('./command-config.ts'),
        import('../seed/seed-customers.ts'),
        import('../seed/seed-orders.ts'),
        import('../seed/seed-products.ts'),
        import('../ids.ts')
      ])
      await withDatabase(async database => {
        const startedAt = performance.now()
        const progress = showProgress(options.customers)
        const { added, present } = await seedCustomers(database, { ...options, tenant: TENANT }, progress.update).finally(
          progress.stop
        )
        const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
        const rest = present > 0 ? `, ${present} were there already` : ''
        process.stdout.write(`added ${added} customers, each with its party, in ${seconds} s${rest}\n`)
        // Some of the orders change products.
        if (options.products > 0) tell('products', await seedProducts(database, { ...options, tenant: TENANT }))
        if (options.orders > 0) {
          const clock = { now: () => new Date() }
          const { store, unitOfWork } = database
          tell('orders', await seedOrders({ store, unitOfWork, ids, clock }, { ...options, tenant: TENANT }))
        }
      })
    })
}

function tell(what: string, { added, present }: SeedCounts): void {
  process.stdout.write(`added ${added} ${what}, ${present} were there already\n`)
}

/** A bar where a person watches, a line every few seconds where the output is kept. */
function showProgress(total: number): { update: (counts: SeedCounts) => void; stop: () => void } {
  if (process.stderr.isTTY) {
    const bar = new SingleBar({
      format: '{bar} {percentage} % | {value} of {total} customers | {eta_formatted} left',
      hideCursor: true
    })
    bar.start(total, 0)
    return { update: ({ added, present }) => bar.update(added + present), stop: () => bar.stop() }
  }
  let shownAt = performance.now()
  return {
    update: ({ added, present }) => {
      if (performance.now() - shownAt < LINE_INTERVAL_MS) return
      shownAt = performance.now()
      process.stderr.write(`${added + present} of ${total} customers\n`)
    },
    stop: () => {}
  }
}
