/** What one subscription still gets of one resource, in order. */
export interface Line {
  readonly lane: number
  readonly key: string
  /** No other line has it. */
  readonly name: string
}

export function lineOf(lane: number, key: string): Line {
  return { lane, key, name: `${lane} ${key}` }
}
