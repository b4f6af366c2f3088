import { sql } from 'kysely'
import type { Bundle, BundleItem, BundleMark } from './bundle.ts'
import { type DeliveryStatement, deliveryStatement } from './delivery-statement.ts'
import type { Engine, Row, RunInTransaction } from './dialects/dialect.ts'
import { type Line, lineOf } from './line.ts'
import { goingOn, leftOf, type Unbundled, unbundling } from './unbundled-deliveries.ts'

export interface BundleMarked {
  readonly marked: readonly BundleMark[]
  /** Those that the bundle does not have any more. */
  readonly missed: readonly BundleMark[]
  /** Lines of which the first has ended, and in which something waits behind it. */
  readonly followed: readonly Line[]
}

interface OpenBundle extends Bundle {
  /** A letter for each item. */
  readonly states: string
}

interface LockedBundle extends Bundle {
  readonly states: string[]
}

const OPEN = 'o'
/** Open, and something waits behind it. */
const FOLLOWED = 'f'
const ENDED = 'e'

/**
 * What a worker has taken as it was made: many deliveries as one row, each the first of its line. It is changed as they end, many in one
 * transaction, and is gone when all have. What fails becomes a row of its own, and so does what is left when nobody keeps the lease.
 *
 * Who adds to lines has the lock on the progress of the fan-out, and only then are bundles made. It looks into bundles before it looks
 * for rows: a delivery only goes from the one to the other.
 */
export class DeliveryBundles {
  readonly #engine: Engine
  /** What does not change of bundles that were met, by id. */
  readonly #known = new Map<number, Bundle>()
  readonly #add: DeliveryStatement
  readonly #open: DeliveryStatement
  readonly #items: DeliveryStatement
  readonly #lock: DeliveryStatement
  readonly #lockExpired: DeliveryStatement
  readonly #store: DeliveryStatement
  readonly #remove: DeliveryStatement
  readonly #insert: ReturnType<typeof unbundling>
  readonly #renew: DeliveryStatement

  constructor(engine: Engine) {
    this.#engine = engine
    const { rows, clockMs, firstToken, forUpdate, forUpdateSkipLocked } = engine.deliverySql
    const columns = sql`b.id, b.token, b.created_at_ms, b.states`
    const among = rows(0, { id: 'bigint' })
    this.#add = deliveryStatement(
      engine,
      'add bundle',
      sql`insert into delivery_bundle (token, lease_until_ms, created_at_ms, least_position, states, items)
          values (${firstToken}, ${clockMs} + ${0}, ${1}, ${2}, ${3}, ${4}) returning id, token`
    )
    this.#open = deliveryStatement(engine, 'open bundles', sql`select ${columns} from delivery_bundle b order by b.id`)
    this.#items = deliveryStatement(
      engine,
      'items of bundles',
      sql`select b.id, b.items from delivery_bundle b where b.id in (select v.id from ${among})`
    )
    this.#lock = deliveryStatement(
      engine,
      'lock bundles',
      sql`select ${columns} from delivery_bundle b where b.id in (select v.id from ${among}) order by b.id ${forUpdate}`
    )
    this.#lockExpired = deliveryStatement(
      engine,
      'lock expired bundles',
      sql`select ${columns} from delivery_bundle b where b.lease_until_ms <= (select ${clockMs}) order by b.id ${forUpdateSkipLocked}`
    )
    this.#store = deliveryStatement(
      engine,
      'store bundles',
      sql`update delivery_bundle set states = v.states from ${rows(0, { id: 'bigint', states: 'text' })} where delivery_bundle.id = v.id`
    )
    this.#remove = deliveryStatement(
      engine,
      'remove bundles',
      sql`delete from delivery_bundle where id in (select v.id from ${among})`
    )
    this.#insert = unbundling(engine)
    this.#renew = deliveryStatement(
      engine,
      'renew bundles',
      sql`update delivery_bundle set lease_until_ms = ${clockMs} + v.lease
          from ${rows(0, { id: 'bigint', token: 'bigint', lease: 'bigint' })}
          where delivery_bundle.id = v.id and delivery_bundle.token = v.token returning delivery_bundle.id, delivery_bundle.states`
    )
  }

  /**
   * Makes deliveries as one bundle, leased to whoever makes it.
   *
   * @param followed names of lines in which something waits already
   */
  async add(
    run: RunInTransaction,
    deliveries: readonly BundleItem[],
    {
      createdAtMs,
      leaseMs,
      followed
    }: { readonly createdAtMs: number; readonly leaseMs: number; readonly followed: ReadonlySet<string> }
  ): Promise<Bundle> {
    const items = deliveries.map(({ lane, key, name, cursor }) => ({ lane, key, name, cursor }))
    const least = Math.min(...items.map(({ cursor }) => positionOf(cursor)))
    const states = items.map(({ name }) => (followed.has(name) ? FOLLOWED : OPEN)).join('')
    const text = JSON.stringify(items.map(({ lane, key, cursor }) => [lane, key, cursor]))
    const [row] = await run(this.#add(leaseMs, createdAtMs, least, states, text))
    return { id: Number(row![0]), token: Number(row![1]), createdAtMs, items }
  }

  /** Saves reading a bundle that this process has made. Only once it is stored: an id that was undone may be given again. */
  remember(bundle: Bundle): void {
    this.#known.set(bundle.id, bundle)
  }

  /**
   * Finds those of the lines whose first is in a bundle, and notes there that something waits behind it from now on.
   *
   * @returns their names
   */
  async follow(run: RunInTransaction, names: { has(name: string): boolean }): Promise<ReadonlySet<string>> {
    const isMet = ({ items, states }: OpenBundle) => items.some(({ name }, index) => names.has(name) && states[index] !== ENDED)
    const met = (await this.#openBundles(run)).filter(isMet)
    const followed = new Set<string>()
    const bundles = await this.#locked(run, met)
    for (const { items, states } of bundles) {
      for (const [index, { name }] of items.entries()) {
        if (states[index] === ENDED || !names.has(name)) continue
        states[index] = FOLLOWED
        followed.add(name)
      }
    }
    await this.#storeThese(run, bundles)
    return followed
  }

  /** Ends deliveries of bundles: those that a bundle still has, under the token that it has. */
  async mark(run: RunInTransaction, marks: readonly BundleMark[]): Promise<BundleMarked> {
    const ids = new Set(marks.map(({ bundle }) => bundle))
    const locked = await this.#locked(
      run,
      [...ids].map(id => ({ id }))
    )
    const bundles = new Map(locked.map(bundle => [bundle.id, bundle]))
    const marked: BundleMark[] = []
    const missed: BundleMark[] = []
    const followed: Line[] = []
    const unbundled: Unbundled[] = []
    for (const mark of marks) {
      const bundle = bundles.get(mark.bundle)
      const before = bundle?.states[mark.index] ?? ENDED
      if (!bundle || bundle.token !== mark.token || before === ENDED) {
        missed.push(mark)
        continue
      }
      const item = bundle.items[mark.index]!
      bundle.states[mark.index] = ENDED
      marked.push(mark)
      if (mark.state !== 'done') unbundled.push(goingOn(bundle, item, mark))
      if (mark.state !== 'pending' && before === FOLLOWED) followed.push(item)
    }
    await this.#insert(run, unbundled)
    await this.#storeThese(run, locked)
    return { marked, missed, followed }
  }

  /** @returns which of them are still theirs, by bundle and index */
  async renew(
    items: readonly { readonly bundle: number; readonly token: number; readonly leaseMs: number }[]
  ): Promise<(bundle: number, index: number) => boolean> {
    const bundles = new Map(items.map(({ bundle, token, leaseMs }) => [bundle, { id: bundle, token, lease: leaseMs }]))
    const sorted = [...bundles.values()].sort((a, b) => a.id - b.id)
    const rows = await this.#engine.write(this.#renew(JSON.stringify(sorted)), { lazy: true })
    const states = new Map(rows.map(([id, states]) => [Number(id), String(states)]))
    return (bundle, index) => (states.get(bundle)?.[index] ?? ENDED) !== ENDED
  }

  /** Takes what a subscription has in bundles out of them. The caller has the lock on the progress of the fan-out. */
  async takeOut(run: RunInTransaction, lane: number): Promise<readonly (BundleItem & Pick<Bundle, 'token' | 'createdAtMs'>)[]> {
    const isMet = ({ items }: OpenBundle) => items.some(item => item.lane === lane)
    const bundles = await this.#locked(run, (await this.#openBundles(run)).filter(isMet))
    const taken: (BundleItem & Pick<Bundle, 'token' | 'createdAtMs'>)[] = []
    for (const { items, states, token, createdAtMs } of bundles) {
      for (const [index, item] of items.entries()) {
        if (item.lane !== lane || states[index] === ENDED) continue
        states[index] = ENDED
        taken.push({ ...item, token, createdAtMs })
      }
    }
    await this.#storeThese(run, bundles)
    return taken
  }

  /** Parks everything that a subscription has in bundles: who has it may still say that it was delivered. Returns how much that was. */
  async park(
    run: RunInTransaction,
    lane: number,
    { code, atMs }: { readonly code: string; readonly atMs: number }
  ): Promise<number> {
    const taken = await this.takeOut(run, lane)
    const parked = { state: 'parked', attempts: 0, dueAtMs: atMs, failureCode: code, endedAtMs: atMs } as const
    await this.#insert(
      run,
      taken.map(each => ({ ...each, ...parked }))
    )
    return taken.length
  }

  /** Lets others have what whoever has it was not heard of since. Its token stays: that one may still say what came of it, until then. */
  async endLeases(): Promise<void> {
    await this.#engine.transact(
      async run => {
        const bundles = await this.#complete(run, await run(this.#lockExpired()))
        await this.#insert(
          run,
          bundles.flatMap(bundle => openItems(bundle).map(item => leftOf(bundle, item)))
        )
        await this.#removeThese(run, bundles)
      },
      { lazy: true }
    )
  }

  /** All that is open in bundles now, the oldest first. */
  async all(): Promise<readonly BundleItem[]> {
    return (await this.#openBundles(statement => this.#engine.read(statement))).flatMap(openItems)
  }

  async #openBundles(run: RunInTransaction): Promise<OpenBundle[]> {
    const rows = await run(this.#open())
    const ids = new Set(rows.map(([id]) => Number(id)))
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
    return this.#complete(run, rows)
  }

  async #locked(run: RunInTransaction, bundles: readonly { readonly id: number }[]): Promise<LockedBundle[]> {
    if (bundles.length === 0) return []
    const locked = await this.#complete(run, await run(this.#lock(jsonOf(bundles))))
    return locked.map(bundle => ({ ...bundle, states: [...bundle.states] }))
  }

  /** With their items, which are read if they are not known. */
  async #complete(run: RunInTransaction, rows: readonly Row[]): Promise<OpenBundle[]> {
    const heads = rows.map(([id, token, createdAtMs, states]) => ({
      id: Number(id),
      token: Number(token),
      createdAtMs: Number(createdAtMs),
      states: String(states)
    }))
    const unknown = heads.filter(({ id, token }) => this.#known.get(id)?.token !== token)
    const read = new Map(
      (unknown.length === 0 ? [] : await run(this.#items(jsonOf(unknown)))).map(([id, items]) => [
        Number(id),
        itemsOf(String(items))
      ])
    )
    return heads.flatMap(head => {
      const items = read.get(head.id) ?? this.#known.get(head.id)?.items
      return items ? [{ ...head, items }] : []
    })
  }

  async #storeThese(run: RunInTransaction, bundles: readonly LockedBundle[]): Promise<void> {
    const isOver = ({ states }: LockedBundle) => states.every(state => state === ENDED)
    const open = bundles.filter(bundle => !isOver(bundle))
    if (open.length > 0) await run(this.#store(JSON.stringify(open.map(({ id, states }) => ({ id, states: states.join('') })))))
    await this.#removeThese(run, bundles.filter(isOver))
  }

  async #removeThese(run: RunInTransaction, bundles: readonly Bundle[]): Promise<void> {
    if (bundles.length > 0) await run(this.#remove(jsonOf(bundles)))
  }
}

function openItems({ items, states }: OpenBundle): BundleItem[] {
  return items.filter((_item, index) => states[index] !== ENDED)
}

/** On PostgreSQL a cursor is a transaction and a position. */
function positionOf(cursor: string): number {
  return Number(cursor.slice(cursor.indexOf('.') + 1))
}

function itemsOf(json: string): BundleItem[] {
  return (JSON.parse(json) as [number, string, string][]).map(([lane, key, cursor]) => ({ ...lineOf(lane, key), cursor }))
}

function jsonOf(bundles: readonly { readonly id: number }[]): string {
  return JSON.stringify(bundles.map(({ id }) => ({ id })))
}
