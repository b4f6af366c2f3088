import type { Progress } from '../journey/progress.ts'
import type { StoredResource } from '../kernel/resource.ts'
import type { Cancellation } from '../ordering/decide-cancellation.ts'
import type { OrderWork } from './change-order.ts'
import type { OrderRecords } from './order-records.ts'
import { type StoredProgress, storeHistory, storeProgress } from './store-progress.ts'
import { type StoredTask, storeTask } from './store-task.ts'

/** What was decided about a cancellation, and about the order with its journey. */
export interface CancellationToStore {
  readonly before: OrderRecords
  readonly cancellation: Cancellation
  readonly progress: Progress
  /** Absent when the task is new. */
  readonly task?: StoredTask
}

/** Stores and tells what a decision about a cancellation comes to. */
export async function storeCancellation(
  { transaction, source, moment }: OrderWork,
  { before, cancellation, progress, task: earlier }: CancellationToStore
): Promise<StoredProgress & { readonly task: StoredResource }> {
  const { tasks, history } = cancellation
  const { stored: storedTask, task } = storeTask(transaction, source, earlier, tasks)!
  const stored = await storeProgress(transaction, source, { before, progress, moment, task })
  storeHistory(transaction, source, history)
  return { ...stored, task: storedTask }
}
