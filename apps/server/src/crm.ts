#!/usr/bin/env -S node --max-semi-space-size=32
// In MiB: smaller than what Node takes on a large machine, so that reading large lists needs little more memory than none, and large enough
// that most work in flight is over before it is moved.
import { Command } from 'commander'
import { configCommand } from './commands/config-command.ts'
import { eventCommand } from './commands/event-command.ts'
import { failureText } from './commands/failure.ts'
import { falloutCommand } from './commands/fallout-command.ts'
import { hubCommand } from './commands/hub-command.ts'
import { inspectWebhooksCommand } from './commands/inspect-webhooks-command.ts'
import { journeyCommand } from './commands/journey-command.ts'
import { migrateCommand } from './commands/migrate-command.ts'
import { ruleCommand } from './commands/rule-command.ts'
import { seedCommand } from './commands/seed-command.ts'
import { serveCommand } from './commands/serve-command.ts'
import { workerCommand } from './commands/worker-command.ts'
import { readVersion } from './version.ts'

const program = new Command('crm')
  .description('CRM Lite: customers and parties over the TM Forum Open APIs')
  .version(readVersion())
  .addCommand(serveCommand())
  .addCommand(workerCommand())
  .addCommand(migrateCommand())
  .addCommand(seedCommand())
  .addCommand(configCommand())
  .addCommand(hubCommand())
  .addCommand(eventCommand())
  .addCommand(journeyCommand())
  .addCommand(ruleCommand())
  .addCommand(falloutCommand())
  .addCommand(inspectWebhooksCommand())
  .addHelpText(
    'after',
    `
Examples:
  $ crm serve                     start on http://127.0.0.1:8080 with a SQLite file
  $ crm seed --customers 1000     fill it with fictional customers
  $ crm config check              show the settings in effect
  $ crm hub list                  who is told of events
  $ crm inspect-webhooks          receive events and print them
  $ crm journey graph default-1   draw what orders go through
  $ crm fallout list              what somebody has to decide about
  $ crm help seed                 more about one command`
  )

try {
  await program.parseAsync()
} catch (error) {
  process.stderr.write(`crm: ${failureText(error)}\n`)
  process.exit(1)
}
