import { Command } from 'commander'
import { integerOption } from './integer-option.ts'

export function workerCommand(): Command {
  return new Command('worker')
    .description('deliver events and do what becomes due in a process of its own (PostgreSQL only)')
    .option('--port <number>', 'serve /metrics and /livez on this port of HOST', integerOption(1, 65_535))
    .addHelpText(
      'after',
      `
Any number of workers share one database, beside servers that do the same (WORKERS=inProcess) or leave it to them (WORKERS=off). The settings
are those of the server: PUBLIC_BASE_URL and SECRET_KEY must be the same. With SQLite the server delivers by itself.

Examples:
  $ DATABASE_URL=postgres://crm@db.internal/crm crm worker
  $ DATABASE_URL=postgres://crm@db.internal/crm crm worker --port 9100`
    )
    .action(async (options: { readonly port?: number }) => {
      const [{ commandConfig }, { CommandFailed }, { work }] = await Promise.all([
        import('./command-config.ts'),
        import('./failure.ts'),
        import('../work.ts')
      ])
      const { config, warnings } = commandConfig()
      if (config.databaseUrl.startsWith('sqlite:'))
        throw new CommandFailed('workers need PostgreSQL: with SQLite the server does all by itself')
      await work(config, warnings, options)
    })
}
