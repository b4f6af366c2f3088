import type { Ids } from '@crm-lite/domain'
import { v7 } from 'uuid'

/** UUIDs of version 7: ascending in time, also within a millisecond of one process. */
export const uuidV7Ids: Ids = { next: () => v7() }
