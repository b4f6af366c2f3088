/** When something is decided, who is responsible for it, and why: what every decision that leaves a trace is told. */
export interface Moment {
  readonly now: Date
  readonly actor: string
  /** In words, for the history. */
  readonly reason?: string
}
