import {
  type ClaimedWork,
  compareDue,
  type WorkClaimOptions,
  type WorkFigures,
  type WorkKind,
  type WorkQueue,
  workKinds
} from '@crm-lite/domain'
import { type RawBuilder, sql } from 'kysely'
import type { ClaimsAtHand } from './claims-at-hand.ts'
import type { Engine, Row, Statement } from './dialects/dialect.ts'

/**
 * Keeps due work as rows. A claim moves the time at which a row can be claimed to the end of the lease, so that what is claimed doesn't
 * stand in front of what is due in the index.
 *
 * Marks need not be on disk before they are answered: work whose mark a crash has undone is claimed again, and finds nothing to do.
 */
export class KyselyWorkQueue implements WorkQueue {
  readonly #engine: Engine
  /** By the kinds that are asked for. */
  readonly #statements = new Map<string, Statement>()

  readonly #claimsAtHand: ClaimsAtHand

  constructor(engine: Engine, claimsAtHand: ClaimsAtHand) {
    this.#engine = engine
    this.#claimsAtHand = claimsAtHand
  }

  async claim({ kinds, limit, leaseMs, now }: WorkClaimOptions): Promise<readonly ClaimedWork[]> {
    if (kinds.length === 0) return []
    const nowMs = now.getTime()
    const leasedUntilMs = nowMs + leaseMs
    const values = [nowMs, limit, leasedUntilMs]
    const statement = this.#claimStatement(kinds)
    const parameters = statement.parameters.map(index => values[index as number])
    const rows = await this.#engine.write({ ...statement, parameters }, { lazy: true })
    const claimed = rows.map(row => claimedOf(row, leasedUntilMs)).sort(compareDue)
    for (const work of claimed) this.#claimsAtHand.add(work)
    return claimed
  }

  async done(work: ClaimedWork, dueAgainAt?: Date): Promise<boolean> {
    if (this.#claimsAtHand.end(work)) return false
    const dueMs = dueAgainAt?.getTime()
    return this.#mark(
      dueMs === undefined
        ? sql`delete from due_work where ${isClaim(work)} returning 1`
        : sql`update due_work set due_at_ms = ${dueMs}, claimable_at_ms = ${dueMs}, attempts = 0 where ${isClaim(work)} returning 1`
    )
  }

  async giveBack(work: ClaimedWork, dueAt: Date): Promise<boolean> {
    if (this.#claimsAtHand.end(work)) return false
    return this.#mark(sql`update due_work set claimable_at_ms = ${dueAt.getTime()} where ${isClaim(work)} returning 1`)
  }

  async nextDueAt(kinds: readonly WorkKind[]): Promise<Date | undefined> {
    if (kinds.length === 0) return undefined
    const [[at] = []] = await this.#engine.read(this.#nextStatement(kinds))
    return at === null || at === undefined ? undefined : new Date(Number(at))
  }

  async figures(now: Date): Promise<WorkFigures> {
    const [[waiting] = []] = await this.#engine.read(this.#engine.compile(sql`select count(*) from due_work`))
    const next = await this.nextDueAt(workKinds)
    return { waiting: Number(waiting), overdueAgeS: next ? Math.max(0, (now.getTime() - next.getTime()) / 1000) : 0 }
  }

  async #mark(query: RawBuilder<unknown>): Promise<boolean> {
    return (await this.#engine.write(this.#engine.compile(query), { lazy: true })).length > 0
  }

  #nextStatement(kinds: readonly WorkKind[]): Statement {
    const name = `next work ${[...kinds].sort().join(' ')}`
    const known = this.#statements.get(name)
    if (known) return known
    const firsts = kinds.map(
      kind => sql`select (select claimable_at_ms from due_work where kind = ${sql.lit(kind)} and ${atAnyTime}
        order by claimable_at_ms limit 1) as at`
    )
    const statement = {
      name,
      ...this.#engine.compile(sql`select min(at) from (${sql.join(firsts, sql` union all `)}) as firsts`)
    }
    this.#statements.set(name, statement)
    return statement
  }

  /** Parameters: now, the limit, the end of the lease. Each kind has a range of the index for itself. */
  #claimStatement(kinds: readonly WorkKind[]): Statement {
    const name = `claim work ${[...kinds].sort().join(' ')}`
    const known = this.#statements.get(name)
    if (known) return known
    const { forUpdateSkipLocked } = this.#engine.deliverySql
    const due = [...new Set(kinds)].map(
      kind => sql`select * from (
        select tenant as t, kind as k, id as i, claimable_at_ms as c from due_work
        where kind = ${sql.lit(kind)} and ${atAnyTime} and claimable_at_ms <= ${0} order by claimable_at_ms, tenant, id limit ${1} ${forUpdateSkipLocked}
      ) as due_of_kind`
    )
    const statement = {
      name,
      ...this.#engine.compile(sql`with due as (${sql.join(due, sql` union all `)}),
        chosen as (select * from due order by c, t, k, i limit ${1})
        update due_work set claimable_at_ms = ${2}, attempts = attempts + 1 from chosen
        where tenant = chosen.t and kind = chosen.k and id = chosen.i
        returning tenant, kind, id, due_at_ms, attempts`)
    }
    this.#statements.set(name, statement)
    return statement
  }
}

/** Holds for every instant: whoever says so may be served by the index of when work is due. */
export const atAnyTime = sql`claimable_at_ms >= -8640000000000000`

function isClaim({ tenant, kind, id, attempts, leasedUntilMs }: ClaimedWork): RawBuilder<unknown> {
  return sql`tenant = ${tenant} and kind = ${kind} and id = ${id} and attempts = ${attempts + 1} and claimable_at_ms = ${leasedUntilMs}`
}

function claimedOf([tenant, kind, id, dueAtMs, attempts]: Row, leasedUntilMs: number): ClaimedWork {
  return {
    tenant: String(tenant),
    kind: kind as WorkKind,
    id: String(id),
    dueAt: new Date(Number(dueAtMs)).toISOString(),
    attempts: Number(attempts) - 1,
    leasedUntilMs
  }
}
