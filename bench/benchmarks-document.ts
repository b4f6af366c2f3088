import type { Recorded } from './bench.ts'
import { PLANTED } from './data/bench-customer.ts'
import { CONNECTIONS } from './measures/compare.ts'
import { thousands } from './measures/comparison-result.ts'
import type { Options } from './options.ts'
import { tableOf } from './report.ts'

/** docs/benchmarks.md */
export function documentOf(
  { durations: { warmUpS }, rows }: Options,
  machine: readonly string[],
  results: readonly Recorded[]
): string {
  return `# Benchmarks

Written by \`npm run bench -- --write\` of \`bench/results.json\`, which keeps each measure's last run. Ratios matter, digits do not: another machine has other digits. The last run was on:

${machine.map(line => `- ${line}`).join('\n')}

${tableOf(results)}

## How it is measured

- Ours is \`crm serve\` in its default settings, a process of its own: metrics, \`ETag\`, request ids and error handling on, no log line for
  a successful request.
- The floors stand in \`bench/floors/\`: a bare Fastify handler with one hand-written, prepared statement (PostgreSQL: named) that sends the
  stored text; for POST, one that stores the text that was sent under a new id: as one row in our table with its indexes, as one (bare) row in a
  table without further indexes, or (the same rows) with its links and its event, too. Both with group commit (SQLite: \`synchronous=FULL\`, one commit a
  turn of the event loop; PostgreSQL: rows by \`unnest\`, one statement, two batches in flight). They have the same cache and as many connections as ours, and read the same database; for POST each side has its own, with the same ${thousands(rows.usual)} customers in it.
- Ours and the floor take turns, in another order each round: after ${warmUpS} s of warm-up each, as many rounds as the table says. Throughput and
  p99 are medians of the rounds, the ratio is the median of the rounds' ratios, with the smallest and the largest in brackets.
- Creating without an event is the same server with a unit of work that publishes nothing. It is what 0.60 was promised of; with its event
  a change may take 1.25 times as long.
- Load comes from autocannon over ${CONNECTIONS} connections, in a process of its own. The server has one core to itself, the load generator
  another; PostgreSQL has the remaining cores, or, where there are only two, shares that of the generator.
- GET asks for another customer each time, in random order. POST sends another customer each time, those that would be next in the data.
- Much data against little: the same server on two databases, ratios of throughput under the same load. Each list comes with its exact total.
  The filters find the same ${PLANTED} customers at both sizes.
- PostgreSQL has its default settings, so durable commits; its tables were vacuumed after they were filled.
- Placing an order: ours is \`POST productOrder\` with its journey, its links for filters, its events and what is scheduled; the floor is a bare
  Fastify handler that inserts the same rows, with other ids and the same lengths, into the same tables with the same indexes, by hand-written
  statements and group commit as above. It neither looks at the order nor decides anything.
- Provisioning: with SQLite the server does all by itself, with PostgreSQL a \`crm worker\` does what becomes due. The FMS is the simulator without
  any delay, \`FMS_MAX_CONCURRENT\` is 64. Each side has a PostgreSQL server of its own, and while one is measured, everything of the other is
  stopped, that server with its vacuum and its checkpoints too. Where orders are only taken in, a side that goes on has four seconds under load
  before it is measured, for what became due while it was stopped. Where there are two cores, simulator, worker, PostgreSQL and the load share one;
  but where it is measured how long or how fast orders go all the way, with PostgreSQL worker and simulator share that of the server, as the
  database and the load need all of the other one. Where orders are only taken in, the simulator, which stands for a machine of somebody else,
  comes last there. \`Placed and completed\` is the number of orders by the time from the first request until the last of them is completed, its
  product in the inventory. Orders taken in with PostgreSQL and the FMS reachable were 0.78 (0.60-1.10) of those with workers off on the AMD EPYC of
  2026-12-01, with which nothing is left of the core that PostgreSQL, load, worker and simulator share (7 x 4 s); the line in the table is of
  another machine.
- Memory is the resident set of the server process, seen after every page of 200; a start is the median of three, from the start of the process
  until \`/readyz\` says yes.
`
}
