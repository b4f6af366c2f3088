import { registry } from './0001-registry.ts'
import { events } from './0002-events.ts'
import { deliveries } from './0003-deliveries.ts'
import { orders } from './0005-orders.ts'
import { productInventory } from './0006-product-inventory.ts'
import { journeyFollower } from './0007-journey-follower.ts'
import { provisioning } from './0008-provisioning.ts'
import { fmsSubscription } from './0009-fms-subscription.ts'
import { deliveryBundles } from './0010-delivery-bundles.ts'
import { writtenColumns } from './0011-written-columns.ts'
import { documentsInRows } from './0012-documents-in-rows.ts'
import { dueWorkByTime } from './0013-due-work-by-time.ts'
import type { Migration } from './migration.ts'

/** All migrations in the order in which they are applied. New ones are added at the end. */
export const migrations: readonly Migration[] = [
  registry,
  events,
  deliveries,
  orders,
  productInventory,
  journeyFollower,
  provisioning,
  fmsSubscription,
  deliveryBundles,
  writtenColumns,
  documentsInRows,
  dueWorkByTime
]
