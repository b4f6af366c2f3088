import type { ServedResource } from './served-resource.ts'

/** Fallout records, as they are decided about. */
export interface ServedFallout {
  readonly fallouts: ServedResource
  /** What nobody expected while many were decided about. */
  readonly onFailure: (error: unknown) => void
}
