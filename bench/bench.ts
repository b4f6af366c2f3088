import type { Cores } from './cores.ts'
import type { EngineUnderTest } from './engine-under-test.ts'
import type { LoadGenerator } from './load/load-generator.ts'
import type { Options } from './options.ts'

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
