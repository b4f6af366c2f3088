import type { Row, Statement } from './dialect.ts'
import { statementName } from './postgres-connection.ts'
import { expectFew } from './postgres-plans.ts'

type Query = (text: string, values: unknown[], name: string) => Promise<readonly Row[]>

interface Waiting {
  readonly values: readonly unknown[]
  readonly resolve: (row: Row | undefined) => void
  readonly reject: (error: unknown) => void
}

const MAX_BATCH = 256

/**
 * Look-ups by texts that find at most one row each. Those of one turn of the event loop go to PostgreSQL in one statement: a round trip costs
 * it, and us, several times what finding a row does.
 */
export class PostgresLookups {
  readonly #query: Query
  /** By the statement's text. Each turn has a map of its own: one that is emptied keeps what was in it as garbage for long. */
  #waiting = new Map<string, Waiting[]>()

  constructor(query: Query) {
    this.#query = query
  }

  find({ sql: text, parameters: values }: Statement): Promise<Row | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(text)
      if (waiting) waiting.push({ values, resolve, reject })
      else {
        if (this.#waiting.size === 0) setImmediate(() => this.#send())
        this.#waiting.set(text, [{ values, resolve, reject }])
      }
    })
  }

  #send(): void {
    const all = this.#waiting
    this.#waiting = new Map()
    for (const [text, waiting] of all) {
      for (let from = 0; from < waiting.length; from += MAX_BATCH) void this.#findAll(text, waiting.slice(from, from + MAX_BATCH))
    }
  }

  async #findAll(text: string, waiting: readonly Waiting[]): Promise<void> {
    try {
      const [only, ...more] = waiting
      if (only && more.length === 0) only.resolve((await this.#query(text, [...only.values], statementName(text)))[0])
      else await this.#findTogether(text, waiting)
    } catch (error) {
      for (const { reject } of waiting) reject(error)
    }
  }

  /** What several look for is looked up once. */
  async #findTogether(text: string, waiting: readonly Waiting[]): Promise<void> {
    const keys = new Map<string, readonly unknown[]>()
    for (const { values } of waiting) keys.set(JSON.stringify(values), values)
    const distinct = [...keys.values()]
    const together = togetherOf(text, distinct[0]!.length)
    const columns = distinct[0]!.map((_, column) => distinct.map(values => values[column]))
    const rows = await this.#query(together, columns, statementName(together))
    const found = new Map(rows.map(([place, ...row]) => [JSON.stringify(distinct[Number(place) - 1]), row]))
    for (const { values, resolve } of waiting) resolve(found.get(JSON.stringify(values)))
  }
}

const texts = new Map<string, string>()

/** The same statement for many: each row of it stands behind its place in what was asked for. */
export function togetherOf(text: string, parameters: number): string {
  let together = texts.get(text)
  if (!together) {
    const names = Array.from({ length: parameters }, (_, index) => `p${index + 1}`)
    const arrays = names.map((_, index) => `$${index + 1}::text[]`)
    const one = text.replace(/\$(\d+)/g, 'k.p$1')
    together = `select k.place, f.* from unnest(${arrays.join(', ')}) with ordinality as k(${names.join(', ')}, place) cross join lateral (${one}) as f
      where ${expectFew('k.p1')}`
    texts.set(text, together)
  }
  return together
}
