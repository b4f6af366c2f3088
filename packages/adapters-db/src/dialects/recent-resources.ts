import type { StoredResource } from '@crm-lite/domain'

/** Twice so many are kept at most: what is on its way through a few steps is read again within some hundred others. */
const GENERATION = 512
/** In UTF-16 units. */
const LONGEST_DOCUMENT = 32_768

/**
 * What transactions have just read or written, as it stands in the transaction that is open: a step on an order's way begins with what the
 * step before it has stored. Whoever undoes something, or sees that another process has written, forgets all of it.
 *
 * Two maps that only grow, and of which the older one is let go: one whose members come and go would keep what it has lost (ADR 16).
 */
export class RecentResources {
  #young = new Map<string, StoredResource | undefined>()
  #old: ReadonlyMap<string, StoredResource | undefined> = new Map()

  get(table: string, tenant: string, id: string): StoredResource | undefined {
    const key = keyOf(table, tenant, id)
    if (this.#young.has(key)) return this.#young.get(key)
    const stored = this.#old.get(key)
    if (stored) this.#put(key, stored)
    return stored
  }

  keep(table: string, tenant: string, stored: StoredResource): void {
    this.#put(keyOf(table, tenant, stored.id), stored.document.length > LONGEST_DOCUMENT ? undefined : stored)
  }

  forget(table: string, tenant: string, id: string): void {
    this.#put(keyOf(table, tenant, id), undefined)
  }

  forgetAll(): void {
    this.#young = new Map()
    this.#old = new Map()
  }

  #put(key: string, stored: StoredResource | undefined): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(key, stored)
  }
}

function keyOf(table: string, tenant: string, id: string): string {
  return `${table}/${tenant}/${id}`
}
