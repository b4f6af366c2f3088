/** Seeds that have shown that something was wrong, and what that was. */
export const regressions: readonly { readonly seed: number; readonly why: string }[] = [
  { seed: 20, why: 'what heals by a callback is asked about again' },
  { seed: 35, why: 'a callback about an order that was deleted is about nobody' },
  { seed: 542, why: 'an order that is deleted while it is read is not there' },
  { seed: 26, why: 'work that reads twice does not write over what was changed in between' },
  { seed: 62, why: 'two who accept the same order at once do not fail' },
  { seed: 10, why: 'what was delivered for an order that people cancel is undone' },
  { seed: 40, why: 'all that was delivered for it is undone' },
  { seed: 1327, why: 'an item on its way out is settled with its order' },
  { seed: 651, why: 'what waits for a subscription that was disabled is parked' }
]
