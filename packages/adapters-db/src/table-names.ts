import type { ResourceDefinition } from '@crm-lite/domain'

/** The table of a resource type: its name in snake case. */
export function tableOf(definition: Pick<ResourceDefinition, 'name'>): string {
  return definition.name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** The table that holds the values of a resource table's many-valued indexed attributes. */
export function linkTable(table: string): string {
  return `${table}_link`
}
