import { Command } from 'commander'
import type { ListOptions, ReplayOptions } from './event-options.ts'
import { instantOption } from './instant-option.ts'
import { integerOption } from './integer-option.ts'

export function eventCommand(): Command {
  return new Command('event').description('look at what happened, and tell it again').addCommand(list()).addCommand(replay())
}

function list(): Command {
  return new Command('list')
    .description('show events, the oldest first')
    .option('--resource <name>', 'of one type of resource, such as customer')
    .option('--id <id>', 'of one resource')
    .option('--from <time>', 'that happened then or later', instantOption)
    .option('--to <time>', 'that happened earlier', instantOption)
    .option('--after <cursor>', 'that come after what was shown before')
    .option('--limit <number>', 'at most so many', integerOption(1, 1_000), 50)
    .option('--json', 'whole events, each a line of JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ crm event list --from 2026-03-01T00:00:00Z
  $ crm event list --resource customer --id 42 --json`
    )
    .action(async (options: ListOptions) => {
      const { listEvents } = await import('./event-actions.ts')
      await listEvents(options)
    })
}

function replay(): Command {
  return new Command('replay')
    .description('deliver events of a time again to one subscription')
    .argument('<subscription>', 'its id, as `crm hub list` shows it')
    .requiredOption('--from <time>', 'what happened then or later', instantOption)
    .option('--to <time>', 'what happened earlier; now by default', instantOption)
    .option('--query <query>', 'only what this matches as well, in the form of the query of a subscription')
    .addHelpText(
      'after',
      `
What the subscription does not want is left out. Events keep their ids, so that a receiver can tell what it already has.

Examples:
  $ crm event replay 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10 --from 2026-03-01T00:00:00Z
  $ crm event replay 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10 --from 2026-03-01T08:00:00Z --to 2026-03-01T09:00:00Z \\
      --query 'eventType=CustomerCreateEvent'`
    )
    .action(async (subscription: string, options: ReplayOptions) => {
      const { replayEvents } = await import('./event-actions.ts')
      await replayEvents(subscription, options)
    })
}
