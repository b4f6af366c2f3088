import { likeParts, toPostgres } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { JsonSql } from './json-sql.ts'

/**
 * PostgreSQL: `jsonb_array_elements` over arrays. Every text out of JSON says COLLATE "C", which compares by code point whatever the
 * database's own collation. Numbers stay `numeric`, which holds whatever jsonb does: a cast to double precision can fail.
 */
export const postgresJson: JsonSql = {
  document: sql`r.document`,
  valuesOf: (node, name, alias) => {
    const attribute = sql`(${node} -> ${name}::text)`
    return sql`jsonb_array_elements(case jsonb_typeof(${attribute}) when 'array' then ${attribute}
      else jsonb_build_array(${attribute}) end) as ${sql.ref(alias)}(node)`
  },
  nodeOf,
  scalarOf: (alias, wanted) => {
    const node = nodeOf(alias)
    const text = sql`(case when jsonb_typeof(${node}) = 'string' then ${node} #>> '{}' end)`
    switch (wanted) {
      case 'string':
        return sql`${text} collate "C"`
      case 'dateTime':
        return sql`crm_instant(${text}) collate "C"`
      case 'number':
        return sql`(case when jsonb_typeof(${node}) = 'number' then ${node}::numeric end)`
      case 'boolean':
        return sql`(case when jsonb_typeof(${node}) = 'boolean' then ${node}::boolean end)`
      case 'any':
        return sql`crm_sort_key(${node}) collate "C"`
      default:
        return wanted satisfies never
    }
  },
  isNotNull: alias => sql`${nodeOf(alias)} <> 'null'`,
  isPresent: alias => sql`${nodeOf(alias)} not in ('null', '""', '[]', '{}')`,
  bind: (value, type) => {
    switch (type) {
      case 'string':
      case 'dateTime':
        return sql`${value}::text`
      case 'number':
        return sql`${String(value)}::numeric`
      case 'boolean':
        return sql`${value}::boolean`
      case 'any':
        return sql`crm_sort_key(${JSON.stringify(value)}::jsonb)`
      default:
        return type satisfies never
    }
  },
  smallest: (scalar, from, type) => {
    if (type === 'boolean') return sql`(select bool_and(${scalar}) from ${from})`
    if (type === 'number') return sql`(select min(${scalar}) from ${from})`
    return sql`(select min(${scalar}) from ${from}) collate "C"`
  },
  contains: (text, part) => sql`strpos(${text}, ${part}::text) > 0`,
  endsWith: (text, end) => sql`right(${text}, char_length(${end}::text)) = ${end}::text`,
  like: (text, pattern) => sql`${text} like ${sqlLikeOf(pattern)}::text`,
  regex: (text, pattern) => sql`${text} ~ ${toPostgres(pattern)}::text`
}

function nodeOf(alias: string) {
  return sql.ref(`${alias}.node`)
}

function sqlLikeOf(pattern: string): string {
  return likeParts(pattern)
    .map(part => (part === null ? '%' : part.replace(/[%_\\]/g, '\\$&')))
    .join('')
}
