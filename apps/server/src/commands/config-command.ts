import { Command } from 'commander'

export function configCommand(): Command {
  const check = new Command('check')
    .description('print the effective settings, secrets masked, or what is wrong with them')
    .addHelpText(
      'after',
      `
Exits with 1 when something is wrong: one line for each fault.

Examples:
  $ crm config check
  $ HOST=0.0.0.0 PUBLIC_BASE_URL=https://crm.example.com crm config check`
    )
    .action(async () => {
      const { checkConfig } = await import('./check-config.ts')
      checkConfig()
    })
  return new Command('config').description('look at the configuration').addCommand(check)
}
