import type { FalloutCommand } from '@crm-lite/domain'
import type { Static, TObject } from '@sinclair/typebox'
import {
  AssignFallout,
  CompleteFalloutByHand,
  DecideFallout,
  RetryFalloutWithChanges
} from '../apis/order-journey/fallout-command-schemas.ts'

/** Something that people can decide about a fallout record. */
export interface FalloutDecisionKind {
  readonly schema: TObject & { readonly $id: string }
  readonly summary: string
  readonly description: string
  /** @param body as the schema has it */
  command(body: Readonly<Record<string, unknown>>): FalloutCommand
}

/** By the last part of the path. */
export const falloutCommands = {
  assign: {
    schema: AssignFallout,
    summary: 'Say who takes care of a fallout record',
    description: 'Without an owner nobody does any more.',
    command: body => {
      const { owner } = body as Static<typeof AssignFallout>
      return { action: 'assign', ...(owner !== undefined && { owner }) }
    }
  },
  retry: {
    schema: DecideFallout,
    summary: 'Try again what fell out',
    description:
      'Goes on with the attempt where nothing is sent twice by that: the FMS is asked, or the service order looked up. Otherwise another ' +
      'attempt is sent.',
    command: () => ({ action: 'retry' })
  },
  retryWithChanges: {
    schema: RetryFalloutWithChanges,
    summary: 'Try again what fell out, with another request',
    description:
      'Another attempt is sent. Of what is changed all is as it says, what is not named stays. Refused while the FMS may be at what was sent.',
    command: body => {
      const { changes } = body as Pick<FalloutCommand & { action: 'retryWithChanges' }, 'changes'>
      return { action: 'retryWithChanges', changes }
    }
  },
  skip: {
    schema: DecideFallout,
    summary: 'Complete the item without what fell out',
    description: 'No product comes of it.',
    command: () => ({ action: 'skip' })
  },
  completeByHand: {
    schema: CompleteFalloutByHand,
    summary: 'Say that somebody has done it by hand',
    description: 'The item is completed, and the product is as the result says.',
    command: body => {
      const { result } = body as Pick<FalloutCommand & { action: 'completeByHand' }, 'result'>
      return { action: 'completeByHand', ...(result && { result }) }
    }
  },
  compensate: {
    schema: DecideFallout,
    summary: 'Give the item up, and undo what was done',
    description: 'What the FMS has of it is cancelled or undone there; the item has failed then.',
    command: () => ({ action: 'compensate' })
  }
} as const satisfies Readonly<Record<FalloutCommand['action'], FalloutDecisionKind>>
