/** Waits for something, but no longer than this: it then goes on without being waited for. */
export async function within(patienceMs: number, something: Promise<unknown>): Promise<void> {
  let cutOff: NodeJS.Timeout | undefined
  const patience = new Promise<void>(resolve => {
    cutOff = setTimeout(resolve, patienceMs)
  })
  await Promise.race([something, patience])
  clearTimeout(cutOff)
}
