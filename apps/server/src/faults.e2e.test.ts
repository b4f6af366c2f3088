import { startPostgres } from '@crm-lite/adapters-db/testing'
import t, { type Test } from 'tap'
import { proveFaults } from './testing/proofs/faults-proof.ts'
import type { Figure } from './testing/proofs/figure.ts'
import { withFigures } from './testing/proofs/report.ts'
import { proveSharedWork } from './testing/proofs/shared-work-proof.ts'
import { newSqliteUrl } from './testing/start-crm.ts'

t.setTimeout(600_000)

/** The proofs of `npm run test:faults`, with smaller numbers. Times are told, not judged: other tests run beside these. */
function holds(t: Test, figures: readonly Figure[]): void {
  t.ok(figures.length > 0)
  for (const { measure, value, wanted, isMet, isTime } of figures) {
    if (isTime) t.comment(`${measure}: ${value}`)
    else t.ok(isMet !== false, `${measure}: ${value}, wanted ${wanted}`)
  }
}

const SIZES = { orders: 40, kills: 1, seed: 1 }

t.test('on SQLite', async t => {
  t.test('whatever goes wrong at the FMS, nothing is done twice, and all of it is done or in sight', async t =>
    holds(t, await proveFaults(t, { databaseUrl: newSqliteUrl(t), engine: 'sqlite', ...SIZES }))
  )
})

t.test('on PostgreSQL', async t => {
  const postgres = await startPostgres()
  t.teardown(() => postgres.stop())

  t.test('whatever goes wrong at the FMS, nothing is done twice, and all of it is done or in sight', async t =>
    holds(t, await proveFaults(t, { databaseUrl: await postgres.createDatabase(), engine: 'postgres', ...SIZES }))
  )

  t.test('two servers share what is to be done with the FMS, and one does what the other has left', async t =>
    holds(t, await proveSharedWork(t, { databaseUrl: await postgres.createDatabase(), orders: 40, seed: 1 }))
  )
})

t.test('figures are written under their heading, and the rest of the document stays', async t => {
  const document = '# Reliability\n\n## Figures\n\n- old\n\n| a |\n\n## Faults of the FMS\n\nWhat is done.\n\n- old\n\n| b |\n'
  const first = withFigures(document, 'Figures', '- new\n\n| c |\n')
  t.equal(first, '# Reliability\n\n## Figures\n\n- new\n\n| c |\n\n## Faults of the FMS\n\nWhat is done.\n\n- old\n\n| b |\n')
  t.match(withFigures(first, 'Faults of the FMS', '- newer\n'), /\| c \|\n\n## Faults of the FMS\n\nWhat is done\.\n\n- newer\n$/)
  t.throws(() => withFigures(document, 'Elsewhere', ''))
})
