/** One line of the table: what was counted or measured, and what it has to be. */
export interface Figure {
  readonly proof: string
  readonly engine: string
  readonly measure: string
  readonly value: string
  readonly wanted: string
  /** Undefined: for orientation only. */
  readonly isMet?: boolean
  /** A time: on a busy machine it says nothing. */
  readonly isTime?: boolean
}

const MOST_PRINTED = 5

/** Collects the figures of one proof on one engine. */
export class Figures {
  readonly all: Figure[] = []
  readonly #proof: string
  readonly #engine: string

  constructor(proof: string, engine: string) {
    this.#proof = proof
    this.#engine = engine
  }

  /** Something that has to be exactly so many. */
  exactly(measure: string, value: number, wanted: number): void {
    this.#add(measure, String(value), String(wanted), value === wanted)
  }

  /** Of these there must not be any. Some of those that there are get printed, as numbers alone do not lead anywhere. */
  none(measure: string, these: readonly unknown[]): void {
    for (const each of these.slice(0, MOST_PRINTED)) console.error(`${this.#engine}: ${measure}: ${JSON.stringify(each)}`)
    this.exactly(measure, these.length, 0)
  }

  /** Something that has to be exactly this. */
  is(measure: string, value: string, wanted: string): void {
    this.#add(measure, value, wanted, value === wanted)
  }

  atMost(measure: string, value: number, most: number, unit: string): void {
    this.#add(measure, `${rounded(value)} ${unit}`, `at most ${most} ${unit}`, value <= most, unit === 's' || unit === 'ms')
  }

  atLeast(measure: string, value: number, least: number, unit = ''): void {
    this.#add(measure, `${rounded(value)} ${unit}`.trim(), `at least ${rounded(least)} ${unit}`.trim(), value >= least)
  }

  /** For orientation. */
  seen(measure: string, value: string | number): void {
    this.all.push({ proof: this.#proof, engine: this.#engine, measure, value: String(value), wanted: '' })
  }

  #add(measure: string, value: string, wanted: string, isMet: boolean, isTime = false): void {
    this.all.push({ proof: this.#proof, engine: this.#engine, measure, value, wanted, isMet, isTime })
  }
}

function rounded(value: number): string {
  return value >= 100 || Number.isInteger(value) ? value.toFixed(0) : value.toFixed(2)
}
