export { acknowledgeOrder } from './acknowledge-order.ts'
export { type Changeable, changeableItemAttributes, changeableOrderAttributes, mayChange } from './changeable.ts'
export {
  type Cancellation,
  type CancellationRequest,
  confirmCancellation,
  decideCancellation,
  refuseCancellation,
  settleTask,
  taskHistory
} from './decide-cancellation.ts'
export { allowedItemStates, decideItemMoves, type ItemMove } from './decide-items.ts'
export { acceptOrder, allowedStates, decideOrderMove, refusalToDelete } from './decide-order.ts'
export { decidePatch } from './decide-patch.ts'
export * from './history.ts'
export { mergeOrderPatch } from './merge-order-patch.ts'
export { isInFlight, type OrderChange } from './order-change.ts'
export * from './order-item-states.ts'
export * from './order-states.ts'
export { isLeaf, itemsOf, leavesOf, type RollUpRow, rollUp, rollUpItem, rollUpTable } from './roll-up.ts'
export * from './states-before-cancellation.ts'
export * from './task-states.ts'
