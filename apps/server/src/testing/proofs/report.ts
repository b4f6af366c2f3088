import { cpus, getPriority, loadavg, release, type as systemName, totalmem } from 'node:os'
import type { Figure } from './figure.ts'

const HEADINGS = ['proof', 'engine', 'measure', 'value', 'wanted', 'met'] as const

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

/**
 * What was proved, for people: docs/reliability.md.
 *
 * @param conditions as they were when the run began
 */
export function documentOf(figures: readonly Figure[], engines: readonly string[], conditions: string): string {
  const [processor] = cpus()
  const machine = [
    `${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${systemName()} ${release()}, Node ${process.versions.node}, ${engines.join(', ')}`,
    conditions,
    new Date().toISOString().slice(0, 10)
  ]
  return `${INTRODUCTION}
## Figures

${machine.map(line => `- ${line}`).join('\n')}

${tableOf(figures)}
`
}

const INTRODUCTION = `# Reliability

What happens to acknowledged writes and to their events when something breaks: proved by breaking it. \`npm run test:crash\` does all of
this in about ten minutes and fails when a figure is not as wanted; \`npm run test:crash -- --write\` writes this page. \`npm test\` holds
the same proofs with smaller numbers.

| proof | what is done |
|---|---|
| kill -9 | Eight clients create, change and delete customers through a real server, which is killed at seeded moments and started again. Requests without an answer are repeated with their \`Idempotency-Key\`. Afterwards every answer is compared with the stored resources, every change with the event log, and the log with what a subscriber received. |
| alerts | Dates of journeys pass while whoever looks at them is killed at seeded moments and replaced: the server on SQLite, two \`crm worker\` on PostgreSQL. Afterwards every milestone, the history and the event log are compared. |
| a receiver down for an hour | Events go on for an hour of an injected clock with three subscribers, one of which answers 503 all that time. The lag of the others is counted from before the commit, in real time. |
| rude receivers | One subscriber for each way of misbehaving. The value is what became of the delivery. |
| several workers | \`crm worker\` processes on one PostgreSQL: without faults, with one killed, and with one stopped (SIGSTOP) past its lease and woken when the others have delivered everything. |
| callback guard | Every form of address that is not public is registered, and delivered to as if it had been registered; a listener counts connections. |
| full database | SQLite may not grow any more (\`max_page_count\`); PostgreSQL says that its disk is full (53100, raised by a trigger). |
| database away for a while | The connections to PostgreSQL are cut under load, and refused for a while. |
| flushes to disk | One write after the other: each must be flushed. Counted by \`strace\` for SQLite, by PostgreSQL (18 and later) itself. |
`
