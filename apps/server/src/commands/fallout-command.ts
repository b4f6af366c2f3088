import { Command } from 'commander'
import { ageOption } from './age-option.ts'
import type { DecisionOptions, FalloutListOptions } from './fallout-options.ts'
import { instantOption } from './instant-option.ts'
import { integerOption } from './integer-option.ts'

export function falloutCommand(): Command {
  return new Command('fallout')
    .description('decide about what the fulfilment management system (FMS) could not do')
    .addCommand(list())
    .addCommand(show())
    .addCommand(
      decision('assign', 'say who takes care of it')
        .option('--to <owner>', 'to whom')
        .option('--to-nobody', 'nobody takes care of it any more')
    )
    .addCommand(decision('retry', 'go on where nothing is sent twice by that; otherwise send another attempt'))
    .addCommand(
      decision('retry-with-changes', 'send another attempt, with changes').requiredOption(
        '--changes <file>',
        'a JSON file: {"items": [{"id": "router", "characteristics": [{"name": "speed", "value": "1000"}]}]}'
      )
    )
    .addCommand(decision('skip', 'complete the item without it; no product comes of it'))
    .addCommand(
      decision('complete-by-hand', 'say that somebody has done it').option(
        '--result <file>',
        'a JSON file with what has come of it: {"resources": [{"type": "Router", "serialNumber": "SN-1"}]}'
      )
    )
    .addCommand(decision('compensate', 'undo what was done, and let the item fail'))
    .addHelpText(
      'after',
      `
A decision is about one record, or about all that --kind, --status, --step, --order, --owner and their age choose, each by itself;
resolved ones are left out.
May run beside a server. With SQLite a running server notices within a few seconds.

Examples:
  $ crm fallout list --status open
  $ crm fallout show 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10
  $ crm fallout retry 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10 --reason "the stock was filled"
  $ crm fallout retry --kind timeout --reason "the FMS is back"
  $ crm fallout assign --status open --older-than 2h --to asha`
    )
}

function list(): Command {
  return choosing(new Command('list').description('show fallout records, the oldest first'))
    .option('--limit <number>', 'at most so many', integerOption(1, 1_000), 50)
    .option('--json', 'whole records, each a line of JSON')
    .action(async (options: FalloutListOptions) => (await import('./fallout-list.ts')).listFallouts(options))
}

function show(): Command {
  return new Command('show')
    .description('print a record with its evidence, what was to be sent, and what can be done')
    .argument('<record>', 'its id')
    .action(async (id: string) => (await import('./fallout-list.ts')).showFallout(id))
}

function decision(name: string, description: string): Command {
  return choosing(new Command(name).description(description).argument('[record]', 'its id; absent: those that are chosen'))
    .option('--reason <text>', 'why, for the history')
    .option('--actor <name>', 'who decides, for the history', 'operator')
    .action(async (id: string | undefined, options: DecisionOptions) => {
      const { decideFallout } = await import('./fallout-decisions.ts')
      await decideFallout(name, id, options)
    })
}

function choosing(command: Command): Command {
  return command
    .option('--kind <kind>', 'of this kind')
    .option('--status <status>', 'in this status: open, assigned, resolved')
    .option('--step <step>', 'that fell out of this step: decompose, send, lookUp, follow, cancel, compensate')
    .option('--order <id>', 'of this order')
    .option('--owner <name>', 'that this person takes care of')
    .option('--older-than <age>', 'raised longer ago: 30m, 2h, 3d', ageOption)
    .option('--raised-before <time>', 'raised earlier', instantOption)
}
