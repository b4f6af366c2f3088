/** Seeds that have shown that something was wrong, and what that was. */
export const regressions: readonly { readonly seed: number; readonly why: string }[] = [
  { seed: 3, why: 'what waits for a subscription that was disabled is parked, whoever was stopped before' },
  { seed: 7, why: 'what was delivered is undone, whoever cancels it' },
  { seed: 20, why: 'what heals by a callback is asked about again' },
  { seed: 209, why: 'a callback about an order that was deleted is about nobody' },
  { seed: 542, why: 'an order that is deleted while it is read is not there' },
  { seed: 744, why: 'work that reads twice does not write over what was changed in between' },
  { seed: 775, why: 'all that was delivered for an order is undone, not only what came last' },
  { seed: 2964, why: 'what the FMS has taken away is not undone by forgetting it' },
  { seed: 3269, why: 'an item whose undoing is tried again is held all the time' },
  { seed: 5507, why: 'what work gives up for because others commit between its reads is no answer' },
  { seed: 5815, why: 'what is gone at the FMS is cancelled, also when people end the cancellation of the order otherwise' }
]
