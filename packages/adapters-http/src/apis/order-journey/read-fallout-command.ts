import type { FalloutCommand } from '@crm-lite/domain'
import type { ApiFault } from '../../representation/api-error.ts'
import { type FalloutDecisionKind, falloutCommands } from '../../routes/fallout-commands.ts'
import { createValidators } from '../../schema/validation.ts'
import { orderJourneySubSchemas, orderJourneyV1 } from './v1.ts'

/**
 * A decision about a fallout record as the API takes it, or what keeps it from being taken.
 *
 * @param action the last part of the path: `retryWithChanges`
 */
export function readFalloutCommand(
  action: string,
  body: Readonly<Record<string, unknown>>
): { readonly command: FalloutCommand } | { readonly faults: readonly ApiFault[] } {
  const kinds: Readonly<Record<string, FalloutDecisionKind>> = falloutCommands
  const kind = Object.hasOwn(kinds, action) ? kinds[action] : undefined
  if (!kind) throw new Error(`there is no decision ${action}`)
  const faults = createValidators([orderJourneyV1], orderJourneySubSchemas).checkOf(kind.schema)(body)
  return faults.length > 0 ? { faults } : { command: kind.command(body) }
}
