import { Command } from 'commander'

export function journeyCommand(): Command {
  return new Command('journey').description('look after journey specifications').addCommand(lint()).addCommand(graph())
}

function lint(): Command {
  return ofSpecification('lint', 'print what is wrong with a specification, and what looks odd in it')
    .addHelpText(
      'after',
      `
Exits with 1 when something is wrong. Calendars are looked for only where the specification is stored.

Examples:
  $ crm journey lint fibre.json
  $ crm journey lint default-1`
    )
    .action(async (source: string) => {
      const { lintJourney } = await import('./journey-actions.ts')
      await lintJourney(source)
    })
}

function graph(): Command {
  return ofSpecification('graph', 'print a specification as a Mermaid diagram')
    .option('--language <tag>', 'show names in this language, as far as they are translated')
    .addHelpText(
      'after',
      `
A hexagon is a point of no return, a dashed frame is optional, rounded is internal, a double frame is made for each item.

Examples:
  $ crm journey graph fibre.json
  $ crm journey graph default-1 --language de`
    )
    .action(async (source: string, { language }: { language?: string }) => {
      const { drawJourney } = await import('./journey-actions.ts')
      await drawJourney(source, language === undefined ? [] : [language])
    })
}

function ofSpecification(name: string, description: string): Command {
  return new Command(name).description(description).argument('<specification>', 'a JSON file, or the id of one that is stored')
}
