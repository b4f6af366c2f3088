import type { Bench, Result } from '../bench.ts'
import { createBody } from '../data/bench-customer.ts'
import { idsOf, sqliteDataSet } from '../data/sqlite-data-set.ts'
import type { LoadRequest } from '../load/load-job.ts'
import { type ServerProcess, startFloor, startServer } from '../server-process.ts'
import { compare } from './compare.ts'
import { comparisonResult } from './comparison-result.ts'

export const COLLECTION = '/tmf-api/customerManagement/v4/customer'
const FLOOR_COLLECTION = '/customer'
/** As many as keep the load generator from asking for the same thing soon again. */
const DIFFERENT_IDS = 16_384
const DIFFERENT_BODIES = 16_384

/** One customer by its id, a different one each time. */
export async function measureGet(bench: Bench): Promise<Result> {
  const { engine, options, say } = bench
  const ids = shuffled(idsOf(await sqliteDataSet(options.rows.usual, say), DIFFERENT_IDS))
  const requests = (collection: string) => ids.map((id): LoadRequest => ({ method: 'GET', path: `${collection}/${id}` }))
  return readAgainstFloor(bench, 'GET by id', requests, 0.9, await engine.dataSet(options.rows.usual))
}

/** The first page of a list, 20 customers. */
export async function measureList(bench: Bench): Promise<Result> {
  const requests = (collection: string): LoadRequest[] => [{ method: 'GET', path: collection }]
  return readAgainstFloor(bench, 'List of 20', requests, 0.8, await bench.engine.dataSet(bench.options.rows.usual))
}

/** Of the speed of a server that only inserts the text that was sent: with validation, indexes and durability, and no event. */
const POST_TARGET = 0.6
/** As many times as long a change may take because of its event. */
export const MAX_COST_OF_EVENT = 1.25

/**
 * New customers, those that would be next in the data set, on a database of its own for each side. Against one row in the same table,
 * with the indexes that it has: by themselves, and with their events. For orientation against one row in a table without further indexes,
 * and against all the rows that ours writes (the customer in its indexes, its links, its event).
 */
export async function measurePost(bench: Bench): Promise<Result[]> {
  const { engine, options } = bench
  const bodies = Array.from({ length: DIFFERENT_BODIES }, (_, index) => createBody(options.rows.usual + index))
  const requests = (path: string) => bodies.map((body): LoadRequest => ({ method: 'POST', path, body }))
  const copy = () => engine.copy(options.rows.usual)
  const silent = { ours: await copy(), floor: await copy() }
  const table = { ours: await copy(), floor: await copy() }
  const bare = { ours: await copy(), floor: await engine.plainCopy(options.rows.usual) }
  const same = { ours: await copy(), floor: await copy() }
  return [
    await againstFloor(bench, {
      measure: 'POST, without its event, against one row in the same table',
      ...{ requests, target: POST_TARGET, databases: silent },
      start: (url, core) => startFloor('events-api-floor.ts', [url, 'silent'], core)
    }),
    await againstFloor(bench, {
      measure: 'POST, its event included, against one row in the same table',
      ...{ requests, target: POST_TARGET / MAX_COST_OF_EVENT, databases: table }
    }),
    await againstFloor(bench, { measure: 'POST, its event included, against one bare row', requests, databases: bare }),
    await againstFloor(bench, {
      measure: 'POST, its event included, against the same rows',
      ...{ requests, databases: same, floorArgs: ['rows'] }
    })
  ]
}

function readAgainstFloor(
  bench: Bench,
  measure: string,
  requests: (collection: string) => LoadRequest[],
  target: number,
  url: string
): Promise<Result> {
  return againstFloor(bench, { measure, requests, target, databases: { ours: url, floor: url } })
}

interface AgainstFloor {
  readonly measure: string
  readonly requests: (collection: string) => LoadRequest[]
  readonly target?: number
  readonly databases: { readonly ours: string; readonly floor: string }
  readonly floorArgs?: readonly string[]
  /** Starts ours: the real server by default. */
  readonly start?: (url: string, core: string | undefined) => Promise<ServerProcess>
}

async function againstFloor(
  bench: Bench,
  { measure, requests, target, databases, floorArgs = [], start = startServer }: AgainstFloor
): Promise<Result> {
  const { cores, engine, load, options } = bench
  const server = await start(databases.ours, cores?.server)
  const floor = await startFloor(engine.floorScript, [databases.floor, ...floorArgs], cores?.server)
  try {
    const ours = { server, requests: requests(COLLECTION) }
    const comparison = await compare(load, ours, { server: floor, requests: requests(FLOOR_COLLECTION) }, options.durations)
    return comparisonResult(bench, measure, comparison, target)
  } finally {
    await Promise.all([server.stop(), floor.stop()])
  }
}

/** In an order that has nothing to do with that of the table, and is the same each time. */
function shuffled(ids: readonly string[]): string[] {
  return ids.map((_, index) => ids[(index * 7_919) % ids.length]!)
}
