import { Command } from 'commander'
import { serve } from '../serve.ts'
import { commandConfig } from './command-config.ts'

export function serveCommand(): Command {
  return new Command('serve')
    .description('start the server; applies outstanding migrations first')
    .addHelpText(
      'after',
      `
Settings come from environment variables, see "crm config check".

Examples:
  $ crm serve
  $ PORT=9000 DATABASE_URL=postgres://crm@db.internal/crm crm serve
  $ CRM_MODE=development crm serve`
    )
    .action(async () => {
      const { config, warnings } = commandConfig()
      await serve(config, warnings)
    })
}
