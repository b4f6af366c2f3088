import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Recorded } from './bench.ts'
import { documentOf } from './benchmarks-document.ts'
import { ENGINES, MEASURES, type Options } from './options.ts'

interface Records {
  readonly machine: readonly string[]
  readonly results: readonly Recorded[]
}

const RECORDS = new URL('results.json', import.meta.url)
const DOCUMENT = new URL('../docs/benchmarks.md', import.meta.url)

/** Keeps results, and writes docs/benchmarks.md of all that are kept. What was not measured now stays, with the processor it was measured on. */
export function record(options: Options, machine: readonly string[], results: readonly Recorded[]): void {
  const isNew = (earlier: Recorded) =>
    results.some(({ measure, engine }) => measure === earlier.measure && engine === earlier.engine)
  const kept = earlier().filter(each => !isNew(each))
  const all = [...kept, ...results].sort((a, b) => placeOf(a) - placeOf(b))
  writeFileSync(RECORDS, `${JSON.stringify({ machine, results: all } satisfies Records, undefined, 2)}\n`)
  writeFileSync(DOCUMENT, documentOf(options, machine, all))
}

function earlier(): readonly Recorded[] {
  if (!existsSync(RECORDS)) return []
  return (JSON.parse(readFileSync(RECORDS, 'utf8')) as Records).results
}

function placeOf({ of, engine }: Recorded): number {
  return MEASURES.indexOf(of) * ENGINES.length + ENGINES.indexOf(engine)
}
