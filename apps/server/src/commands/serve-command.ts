import { Command } from 'commander'

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
      const [{ commandConfig }, { serve }] = await Promise.all([import('./command-config.ts'), import('../serve.ts')])
      const { config, warnings } = commandConfig()
      await serve(config, warnings)
    })
}
