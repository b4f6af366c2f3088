import { likeParts } from '@crm-lite/domain'
import { sql } from 'kysely'
import type { JsonSql } from './json-sql.ts'

/**
 * SQLite: `json_each` over arrays. Texts compare by code point, as neither JSON values nor our columns have a collation of their own.
 */
export const sqliteJson: JsonSql = {
  document: sql`r.document`,
  valuesOf: (node, name, alias) => {
    const path = `$.${JSON.stringify(name)}`
    // Whatever is no array is made one of one, so that an object is not taken apart into its attributes.
    return sql`json_each(case json_type(${node}, ${path}) when 'array' then ${node} -> ${path}
      else '[' || (${node} -> ${path}) || ']' end) as ${sql.ref(alias)}`
  },
  // A scalar is not JSON text: as an argument of a JSON function it would be an error.
  nodeOf: alias => sql`case when ${type(alias)} = 'object' then ${value(alias)} end`,
  scalarOf: (alias, wanted) => {
    switch (wanted) {
      case 'string':
        return sql`case when ${type(alias)} = 'text' then ${value(alias)} end`
      case 'dateTime':
        return sql`crm_instant(case when ${type(alias)} = 'text' then ${value(alias)} end)`
      case 'number':
        return sql`case when ${type(alias)} in ('integer', 'real') then cast(${value(alias)} as real) end`
      case 'boolean':
        return sql`case when ${type(alias)} in ('true', 'false') then ${value(alias)} end`
      case 'any':
        // SQLite orders numbers before texts, as the domain does.
        return sql`case ${type(alias)} when 'text' then ${value(alias)} when 'true' then 'true' when 'false' then 'false'
          when 'integer' then cast(${value(alias)} as real) when 'real' then ${value(alias)} end`
      default:
        return wanted satisfies never
    }
  },
  isNotNull: alias => sql`${type(alias)} <> 'null'`,
  isPresent: alias => sql`case ${type(alias)} when 'null' then 0 when 'text' then ${value(alias)} <> ''
    when 'array' then ${value(alias)} <> '[]' when 'object' then ${value(alias)} <> '{}' else 1 end`,
  bind: value => sql`${typeof value === 'boolean' ? Number(value) : value}`,
  smallest: (scalar, from) => sql`(select min(${scalar}) from ${from})`,
  contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
  endsWith: (text, end) => sql`substr(${text}, -length(${end})) = ${end}`,
  like: (text, pattern) => sql`${text} glob ${globOf(pattern)}`,
  regex: (text, pattern) => sql`crm_regexp(${pattern}, ${text}) = 1`
}

const type = (alias: string) => sql.ref(`${alias}.type`)
const value = (alias: string) => sql.ref(`${alias}.value`)

function globOf(pattern: string): string {
  return likeParts(pattern)
    .map(part => (part === null ? '*' : part.replace(/[*?[]/g, '[$&]')))
    .join('')
}
