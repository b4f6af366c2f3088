import type { Bench, Result } from '../bench.ts'

/**
 * Measures one thing after the other.
 *
 * @param variable for finding out where the time goes: names some of the parts, by their place, such as `0,2`
 */
export async function runParts(
  bench: Bench,
  parts: readonly ((bench: Bench) => Promise<Result>)[],
  variable: string
): Promise<Result[]> {
  const only = process.env[variable]?.split(',').map(Number)
  const results: Result[] = []
  for (const [index, part] of parts.entries()) {
    if (only && !only.includes(index)) continue
    const result = await part(bench)
    bench.say(`  ${result.measure}: ${result.ours} against ${result.reference}: ${result.ratio}`)
    results.push(result)
  }
  return results
}
