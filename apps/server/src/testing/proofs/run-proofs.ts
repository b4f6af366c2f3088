import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PostgresServer, startPostgres } from '@crm-lite/adapters-db/testing'
import type { Test } from '../start-crm.ts'
import type { Figure } from './figure.ts'
import { describeConditions, type ProofResults, tableOf } from './report.ts'

/** What proofs are run on. */
export interface ProofEngine {
  readonly name: 'sqlite' | 'postgres'
  readonly title: string
  newDatabase(): Promise<string>
}

/** By name. A proof that does not concern an engine has no figures on it. */
export type Proofs<Sizes> = Readonly<Record<string, (t: Test, engine: ProofEngine, sizes: Sizes) => Promise<Figure[]>>>

export interface ProofRun<Sizes> {
  /** Of the proofs, in this order. */
  readonly names: readonly string[]
  /** `sqlite`, `postgres`. */
  readonly engines: readonly string[]
  readonly sizes: Sizes
}

/** Runs proofs one after the other, and prints how it went. */
export async function runProofs<Sizes>(proofs: Proofs<Sizes>, run: ProofRun<Sizes>): Promise<ProofResults> {
  const conditions = describeConditions()
  console.log(conditions)
  const folder = mkdtempSync(join(tmpdir(), 'crm-proofs-'))
  const postgres = run.engines.includes('postgres') ? await startPostgres() : undefined
  const engines = enginesOf(folder, postgres).filter(({ name }) => run.engines.includes(name))
  const figures: Figure[] = []
  try {
    for (const name of run.names) {
      for (const engine of engines) figures.push(...(await one(proofs, name, engine, run.sizes)))
    }
  } finally {
    await postgres?.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  console.log(`\n${tableOf(figures)}\n`)
  const failed = figures.filter(({ isMet }) => isMet === false).length
  console.log(`${figures.filter(({ isMet }) => isMet).length} passed, ${failed} failed`)
  return { figures, failed, engines: engines.map(({ title }) => title), conditions }
}

function enginesOf(folder: string, postgres: PostgresServer | undefined): ProofEngine[] {
  let files = 0
  return [
    { name: 'sqlite', title: 'SQLite', newDatabase: async () => `sqlite:${join(folder, `${files++}.db`)}` },
    ...(postgres
      ? [{ name: 'postgres' as const, title: postgres.description, newDatabase: () => postgres.createDatabase() }]
      : [])
  ]
}

/** Says how it went, and ends everything that the proof has started. */
async function one<Sizes>(proofs: Proofs<Sizes>, name: string, engine: ProofEngine, sizes: Sizes): Promise<Figure[]> {
  const prove = proofs[name]
  if (!prove) throw new Error(`there is no proof ${name}; there are ${Object.keys(proofs).join(', ')}`)
  const teardowns: (() => unknown)[] = []
  const startedAt = performance.now()
  try {
    const figures = await prove({ teardown: work => void teardowns.push(work) }, engine, sizes)
    if (figures.length > 0) {
      const isMet = figures.every(each => each.isMet !== false)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(0)
      console.log(`${isMet ? 'ok    ' : 'FAILED'}  ${name} on ${engine.title} (${seconds} s)`)
    }
    return figures
  } catch (error) {
    console.log(`FAILED  ${name} on ${engine.title}\n${error instanceof Error ? error.stack : String(error)}`)
    return [{ proof: name, engine: engine.name, measure: 'ended', value: 'no', wanted: 'yes', isMet: false }]
  } finally {
    for (const work of teardowns.reverse()) await work()
  }
}
