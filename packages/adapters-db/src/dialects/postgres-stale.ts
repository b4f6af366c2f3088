import type { WriteSet } from '../write-set.ts'
import type { Statement } from './dialect.ts'
import { statementName } from './postgres-connection.ts'
import { expectFew } from './postgres-plans.ts'

/**
 * Finds out which pieces of work have been overtaken, when a statement that was to write all of them was refused for that.
 *
 * @returns rows of one column, the places of those pieces in the batch; undefined where none of them replaces anything
 */
export function staleStatement(batch: readonly WriteSet[]): (Statement & { readonly name: string }) | undefined {
  const tables = new Map<string, string[]>()
  for (const [place, writes] of batch.entries()) {
    const tenant = JSON.stringify(writes.tenant)
    for (const { table, updates, deletes } of writes.tables()) {
      for (const { id, revision } of [...updates.map(({ before }) => before), ...deletes]) {
        const rows = tables.get(table) ?? []
        rows.push(`{"p":${place},"t":${tenant},"i":${JSON.stringify(id)},"e":${revision}}`)
        tables.set(table, rows)
      }
    }
  }
  if (tables.size === 0) return undefined
  const parts = [...tables].sort(([a], [b]) => (a < b ? -1 : 1))
  const sql = parts.map(([table], index) => staleIn(table, index + 1)).join(' union ')
  return { name: statementName(sql), sql, parameters: parts.map(([, rows]) => `[${rows.join(',')}]`) }
}

function staleIn(table: string, parameter: number): string {
  return `select v.p from jsonb_to_recordset($${parameter}::jsonb) as v(p integer, t text, i text, e integer)
    left join "${table}" r on r.tenant = v.t and r.id = v.i where ${expectFew('v.i')} and r.revision is distinct from v.e`
}
