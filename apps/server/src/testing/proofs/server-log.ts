import type { CrmProcess } from '../start-crm.ts'

/** What a server has printed that should not be: errors, answers from 500 up but 503, and what Node says before it ends. */
export function wrongLines({ stdout, stderr }: Pick<CrmProcess, 'stdout' | 'stderr'>): string[] {
  return `${stdout()}\n${stderr()}`.split('\n').filter(isWrong)
}

function isWrong(line: string): boolean {
  if (/"level":"(error|fatal)"/.test(line)) return true
  return /unhandled|uncaught|"statusCode":5(?!03)\d\d/i.test(line)
}
