import { type MilestoneSpecification, type NewJourneySpecification, type ReachedBy, wordingIn } from './journey-specification.ts'

/**
 * A specification as a Mermaid flowchart: an arrow from each milestone to those that require it, with how long these take. A hexagon is a
 * point of no return, a dashed frame an optional milestone, a rounded one is internal; stacked ones are made for each item.
 */
export function mermaidOf({ milestone: milestones }: NewJourneySpecification, languages: readonly string[] = []): string {
  const ids = new Map(milestones.map(({ key }, index) => [key, `m${index}`]))
  const lines = ['flowchart LR', '  start((start))']
  for (const milestone of milestones) lines.push(`  ${ids.get(milestone.key)}${shape(milestone, languages)}`)
  for (const milestone of milestones) {
    const id = ids.get(milestone.key)!
    for (const from of arrowsTo(milestone, ids)) lines.push(`  ${from}${id}`)
  }
  const optional = milestones.filter(({ isOptional }) => isOptional).map(({ key }) => ids.get(key))
  if (optional.length > 0) lines.push('  classDef optional stroke-dasharray: 5 5', `  class ${optional.join(',')} optional`)
  return `${lines.join('\n')}\n`
}

function arrowsTo({ requires = [], plan }: MilestoneSpecification, ids: ReadonlyMap<string, string>): string[] {
  const label = plan ? `|${escaped(`${plan.duration}${plan.calendar === undefined ? '' : ' of working time'}`)}| ` : ' '
  const isFromStart = plan?.from === 'start' || requires.length === 0
  const arrows = requires.map(key => `${ids.get(key) ?? 'start'} -->${isFromStart ? ' ' : label}`)
  if (requires.length === 0) return [`start -->${label}`]
  return isFromStart ? [...arrows, `start -.->${label}`] : arrows
}

function shape(milestone: MilestoneSpecification, languages: readonly string[]): string {
  const text = `"${escaped(wordingIn(milestone, languages).name)}<br/><small>${escaped(how(milestone.reachedBy))}</small>"`
  if (milestone.isPointOfNoReturn) return `{{${text}}}`
  if (milestone.visibility === 'internal') return `(${text})`
  return milestone.scope === 'item' ? `[[${text}]]` : `[${text}]`
}

function how(reachedBy: ReachedBy): string {
  switch (reachedBy.by) {
    case 'hand':
      return 'by hand'
    case 'orderState':
      return `order ${reachedBy.states.join(' or ')}`
    case 'itemState':
      return `item ${reachedBy.states.join(' or ')}`
    case 'event':
      return `event of ${reachedBy.resource}`
    case 'serviceOrder': {
      const { states = [], milestone, characteristic } = reachedBy
      return ['service order', states.join(' or '), milestone, characteristic].filter(Boolean).join(' ')
    }
    case 'requirements':
      return 'all before it reached'
    default:
      return reachedBy satisfies never
  }
}

/** Entity codes of Mermaid: what is named by people must neither end a label nor be taken for markup. */
function escaped(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:;!?()'+\-/&]/gu, char => `#${char.codePointAt(0)};`).replace(/&/g, '#amp;')
}
