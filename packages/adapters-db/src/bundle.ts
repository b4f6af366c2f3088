import type { Line } from './line.ts'

/** What one worker has taken as it was made: deliveries that are stored as one row. */
export interface Bundle {
  readonly id: number
  readonly token: number
  readonly createdAtMs: number
  readonly items: readonly BundleItem[]
}

/** A delivery of a bundle. */
export interface BundleItem extends Line {
  /** Of its event. */
  readonly cursor: string
}

/** Where a delivery of a bundle is. */
export interface InBundle {
  readonly bundle: number
  readonly index: number
}

/** What becomes of a claimed delivery. */
export interface Mark {
  readonly state: 'pending' | 'done' | 'parked'
  /** Whether it was tried. */
  readonly tried: boolean
  readonly dueAtMs?: number
  readonly failureCode?: string
  readonly endedAtMs?: number
}

/** The same of a delivery of a bundle: whatever is not done goes on as a row of its own. */
export interface BundleMark extends InBundle, Mark {
  readonly token: number
}

/** What a delivery of a bundle is called by who has claimed it; that of others is the id of its row. */
export function bundledId({ bundle, index }: InBundle): string {
  return `${bundle}/${index}`
}

/** Undefined for the id of a row. */
export function placeInBundle(id: string): InBundle | undefined {
  const slash = id.indexOf('/')
  return slash < 0 ? undefined : { bundle: Number(id.slice(0, slash)), index: Number(id.slice(slash + 1)) }
}
