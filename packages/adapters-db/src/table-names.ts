import type { ResourceDefinition } from '@crm-lite/domain'

const tables = new Map<string, string>()

/** The table of a resource type: its name in snake case. */
export function tableOf({ name }: Pick<ResourceDefinition, 'name'>): string {
  let table = tables.get(name)
  if (table === undefined) {
    table = name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    tables.set(name, table)
  }
  return table
}

/** The table that holds the values of a resource table's many-valued indexed attributes. */
export function linkTable(table: string): string {
  return `${table}_link`
}
