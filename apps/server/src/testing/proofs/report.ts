import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, getPriority, loadavg, release, type as systemName, totalmem } from 'node:os'
import type { Figure } from './figure.ts'

const HEADINGS = ['proof', 'engine', 'measure', 'value', 'wanted', 'met'] as const

/** What came of a run of proofs. */
export interface ProofResults {
  readonly figures: readonly Figure[]
  readonly failed: number
  /** As they are called, with their versions. */
  readonly engines: readonly string[]
  /** How busy the machine was when the run began. */
  readonly conditions: string
}

/** The table as text: also valid Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(each => [each.proof, each.engine, each.measure, each.value, each.wanted, met(each)])
  const widths = HEADINGS.map((heading, column) => Math.max(heading.length, ...rows.map(row => (row[column] ?? '').length)))
  const line = (cells: readonly string[]) => `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(HEADINGS), `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

function met({ isMet }: Figure): string {
  if (isMet === undefined) return ''
  return isMet ? 'yes' : 'NO'
}

/** How busy the machine is with other things, and whether we were preferred to them: times depend on both. */
export function describeConditions(): string {
  const [load = Number.NaN] = loadavg()
  const priority = getPriority()
  return `Load average at the start ${load.toFixed(1)}, ${priority === 0 ? 'normal priority' : `priority ${priority} (nice)`}`
}

/** What was proved, and where, for people. */
export function figuresText({ figures, engines, conditions }: ProofResults): string {
  const [processor] = cpus()
  const machine = [
    `${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${systemName()} ${release()}, Node ${process.versions.node}, ${engines.join(', ')}`,
    conditions,
    new Date().toISOString().slice(0, 10)
  ]
  return `${machine.map(line => `- ${line}`).join('\n')}\n\n${tableOf(figures)}\n`
}

const DOCUMENT = new URL('../../../../../docs/reliability.md', import.meta.url)

/**
 * Replaces the figures of docs/reliability.md that stand under a heading, from the list of conditions to the next heading.
 *
 * @throws {Error} when there is no such heading
 */
export function rewriteReliability(heading: string, figures: string): void {
  writeFileSync(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), heading, figures))
}

/** The document with other figures under a heading. What is written between the heading and the figures stays. */
export function withFigures(document: string, heading: string, figures: string): string {
  const start = document.indexOf(`\n## ${heading}\n`)
  if (start < 0) throw new Error(`docs/reliability.md has no heading ${heading}`)
  const next = document.indexOf('\n## ', start + 1)
  const end = next < 0 ? document.length : next
  const section = document.slice(start, end)
  const list = section.indexOf('\n- ')
  const kept = (list < 0 ? section : section.slice(0, list)).trimEnd()
  return `${document.slice(0, start)}\n${kept.trimStart()}\n\n${figures}${document.slice(end)}`
}
