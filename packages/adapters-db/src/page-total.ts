import type { ListQuery } from '@crm-lite/domain'

/**
 * The total of a list, made to fit its page where the two are read one after the other: others may write in between. A page that
 * ends the list tells the total by itself; any other one tells the least that it can be.
 *
 * @param total as counted
 * @param rows how many resources were read: one more than the limit when there are more
 */
export function pageTotal(total: number, rows: number, { after, offset, limit }: ListQuery): number {
  if (after) return Math.max(total, rows)
  const isEnd = rows <= limit && (rows > 0 || offset === 0)
  return isEnd ? offset + rows : Math.max(total, rows > 0 ? offset + rows : 0)
}
