import type { Recorded } from './bench.ts'

const HEADINGS = ['measure', 'engine', 'ours', 'compared with', 'ratio', 'target', 'met', 'measured', 'processor'] as const

/** The table as text: also valid Markdown. */
export function tableOf(results: readonly Recorded[]): string {
  const rows = results.map(each => [
    each.measure,
    each.engine,
    each.ours,
    each.reference,
    each.ratio,
    each.target,
    met(each),
    each.measured,
    each.processor
  ])
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map(row => row[column]!.length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`
  return [line(HEADINGS), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

function met({ isMet }: Recorded): string {
  if (isMet === undefined) return ''
  return isMet ? 'yes' : 'NO'
}
