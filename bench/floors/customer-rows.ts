import { type Customer, customerDefinition } from '@crm-lite/domain'
import { type Link, linksOf } from '../../packages/adapters-db/src/links.ts'

/** The rows of a new customer in its link table. */
export function linksOfCustomer(id: string, body: unknown): Link[] {
  return linksOf(customerDefinition, { ...(body as Customer), id })
}
