import { Command } from 'commander'
import { maskedDatabaseUrl } from '../database-name.ts'

export function migrateCommand(): Command {
  return new Command('migrate')
    .description('bring the database up to date and say what was done')
    .addHelpText(
      'after',
      `
The server does the same when it starts. May be repeated, and may run beside a server.

Examples:
  $ crm migrate
  $ DATABASE_URL=postgres://crm@db.internal/crm crm migrate`
    )
    .action(async () => {
      const { withDatabase } = await import('./command-config.ts')
      await withDatabase(async (database, config) => {
        const name = maskedDatabaseUrl(config.databaseUrl)
        for (const migration of database.migrated) process.stdout.write(`applied ${migration}\n`)
        process.stdout.write(`${name} is up to date${database.migrated.length === 0 ? ', there was nothing to do' : ''}\n`)
      })
    })
}
