import { Command } from 'commander'
import { integerOption } from './integer-option.ts'
import type { RuleListOptions } from './rule-actions.ts'

export function ruleCommand(): Command {
  return new Command('rule')
    .description('look at provisioning rules, and at what they make of orders')
    .addCommand(list())
    .addCommand(show())
    .addCommand(explain())
}

function list(): Command {
  return new Command('list')
    .description('show provisioning rules, by key and version')
    .option('--status <status>', 'in this status: draft, active, retired')
    .option('--limit <number>', 'at most so many', integerOption(1, 1_000), 200)
    .addHelpText('after', '\nExamples:\n  $ crm rule list --status active')
    .action(async (options: RuleListOptions) => (await import('./rule-actions.ts')).listRules(options))
}

function show(): Command {
  return new Command('show')
    .description('print a rule as JSON')
    .argument('<rule>', 'its id, or the key of one that is active')
    .addHelpText('after', '\nExamples:\n  $ crm rule show fibre')
    .action(async (name: string) => (await import('./rule-actions.ts')).showRule(name))
}

function explain(): Command {
  return new Command('explain')
    .description('print what is sent for each item of an order, by which rule, and what comes of it; nothing is sent')
    .argument('<order>', 'its id')
    .option('--draft <ids...>', 'drafts that are taken for active')
    .addHelpText(
      'after',
      `
Examples:
  $ crm rule explain 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10
  $ crm rule explain 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10 --draft 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f11`
    )
    .action(async (order: string, { draft }: { draft?: string[] }) => {
      const { explainOrder } = await import('./rule-actions.ts')
      await explainOrder(order, draft)
    })
}
