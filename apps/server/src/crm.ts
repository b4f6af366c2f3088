#!/usr/bin/env node
import { Command } from 'commander'
import { configCommand } from './commands/config-command.ts'
import { failureText } from './commands/failure.ts'
import { migrateCommand } from './commands/migrate-command.ts'
import { seedCommand } from './commands/seed-command.ts'
import { serveCommand } from './commands/serve-command.ts'
import { readVersion } from './version.ts'

const program = new Command('crm')
  .description('CRM Lite: customers and parties over the TM Forum Open APIs')
  .version(readVersion())
  .addCommand(serveCommand())
  .addCommand(migrateCommand())
  .addCommand(seedCommand())
  .addCommand(configCommand())
  .addHelpText(
    'after',
    `
Examples:
  $ crm serve                     start on http://127.0.0.1:8080 with a SQLite file
  $ crm seed --customers 1000     fill it with fictional customers
  $ crm config check              show the settings in effect
  $ crm help seed                 more about one command`
  )

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`crm: ${failureText(error)}\n`)
  process.exit(1)
}
