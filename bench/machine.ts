import { cpus, release, type as systemName, totalmem } from 'node:os'

/** What was measured on, in lines for people. Names neither the host nor any path. */
export function describeMachine(engines: readonly string[]): string[] {
  return [
    `Processor: ${processorHere()}, ${cpus().length} cores`,
    `Memory: ${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `System: ${systemName()} ${release()}`,
    `Node ${process.versions.node}, ${engines.join(', ')}`,
    `Date: ${new Date().toISOString().slice(0, 10)}`
  ]
}

export function processorHere(): string {
  return cpus()[0]?.model.trim() ?? 'unknown'
}
