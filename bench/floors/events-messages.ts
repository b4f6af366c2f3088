/** Answers each message of the process that started this one, one after the other, with a result and the processor time so far. */
export function answerMessages<M>(answer: (message: M) => Promise<object | undefined>): void {
  let answering: Promise<unknown> = Promise.resolve()
  process.on('message', (message: M) => {
    answering = answering.then(async () => process.send!({ ...(await answer(message)), cpuMs: cpuMs() }))
  })
  process.send!({ cpuMs: cpuMs() })
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
