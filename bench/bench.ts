import type { Cores } from './cores.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import type { LoadGenerator } from './load/load-generator.ts'
import type { MeasureName, Options } from './options.ts'

/** What a measure works with. */
export interface Bench {
  readonly options: Options
  readonly cores: Cores | undefined
  readonly load: LoadGenerator
  readonly engine: EngineUnderTest
  readonly say: (text: string) => void
}

/** A line of the table. */
export interface Result {
  readonly measure: string
  readonly engine: EngineUnderTest['name']
  readonly ours: string
  readonly reference: string
  readonly ratio: string
  readonly target: string
  /** Undefined where nothing is promised. */
  readonly isMet?: boolean
}

/** A line of the table, with what it belongs to and when it was measured. */
export interface Recorded extends Result {
  readonly of: MeasureName
  readonly measured: string
  readonly processor: string
}
