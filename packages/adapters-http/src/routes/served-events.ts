import type { EventLog } from '@crm-lite/domain'
import { DomainError } from '@crm-lite/domain'
import type { EventFeed } from '../hub/event-feed.ts'
import type { ToldResources } from '../hub/told-resource.ts'
import { badParameter } from '../representation/api-error.ts'

/** The events of all APIs where they are served, with everything that their routes need. */
export interface ServedEvents {
  /** Without the server: `/tmf-api/event/v4/event`. */
  readonly path: string
  /** As clients reach it. */
  readonly url: string
  readonly resources: ToldResources
  readonly events: EventLog
  readonly feed: EventFeed
  readonly maxBufferedBytes: number
  /** Once it is aborted the server stops. */
  readonly draining: AbortSignal
  /** For what goes wrong when the answer has begun. */
  readonly onFailure: (error: unknown) => void
}

/**
 * Does something behind a cursor that a client sent.
 *
 * @param parameter where it came from
 * @throws {ApiError} 400 `invalidCursor` when the log does not know such a cursor
 */
export async function behindCursor<T>(parameter: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'invalidValue') throw error
    throw badParameter(parameter, 'invalidCursor', 'this is no cursor of ours')
  }
}
