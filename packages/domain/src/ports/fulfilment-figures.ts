/** What stands still, or waits, between us and the FMS. */
export interface FulfilmentFigures {
  /** Fulfilments with a step that is still to be done, whenever it is due. */
  readonly waiting: number
  /** Records that nobody has resolved, by kind; a kind without any may be absent. */
  readonly fallout: readonly FalloutFigures[]
}

export interface FalloutFigures {
  readonly kind: string
  readonly open: number
  /** An ISO 8601 instant. */
  readonly oldestRaisedAt: string
}
