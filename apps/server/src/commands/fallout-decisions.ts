import { readFalloutCommand } from '@crm-lite/adapters-http'
import {
  type DecisionsOnFallout,
  DomainError,
  decideOnFallout,
  decideOnManyFallouts,
  type Fallout,
  type FalloutCommand
} from '@crm-lite/domain'
import { systemClock } from '../compose.ts'
import { uuidV7Ids } from '../ids.ts'
import { TENANT } from '../tenant.ts'
import { withDatabase } from './command-config.ts'
import { CommandFailed, failureText } from './failure.ts'
import { filterOf } from './fallout-choice.ts'
import type { DecisionOptions } from './fallout-options.ts'
import { orderDependencies } from './order-dependencies.ts'
import { readJsonFile } from './read-json-file.ts'

/**
 * Decides about one record, or about all that are chosen.
 *
 * @param name of the command: `retry-with-changes`
 * @throws {CommandFailed} when something could not be decided, after everything was printed
 */
export function decideFallout(name: string, id: string | undefined, options: DecisionOptions): Promise<void> {
  const { reason, actor } = options
  const action = name.replace(/-(\w)/g, (_dash, letter: string) => letter.toUpperCase())
  const command = commandOf(action, options)
  const filter = filterOf(options, systemClock.now())
  if ((id === undefined) === (filter === undefined)) {
    throw new CommandFailed('name one record, or choose some with --kind, --status, --step, --order, --owner or their age')
  }
  return withDatabase(async (database, config) => {
    const dependencies = { ...orderDependencies(database, config), store: database.store }
    const context = { tenant: TENANT, actor, correlationId: uuidV7Ids.next() }
    if (id !== undefined) {
      const { stored } = await decideOnFallout(dependencies, { falloutId: id, command, reason }, context).catch(explain)
      return print(`${id} is ${(JSON.parse(stored.document) as Fallout).status}`)
    }
    if (filter) report(action, await decideOnManyFallouts(dependencies, { filter, command, reason }, context))
  })
}

/** What is in the files is checked as the API checks it. */
function commandOf(action: string, { to, toNobody, changes, result }: DecisionOptions): FalloutCommand {
  // To forget `--to` must not take everything away from everybody.
  if (action === 'assign' && (to === undefined) === (toNobody === undefined)) {
    throw new CommandFailed('say who takes care of it: --to <owner>, or --to-nobody')
  }
  const read = readFalloutCommand(action, {
    ...(to !== undefined && { owner: to }),
    ...(changes !== undefined && { changes: readJsonFile(changes) }),
    ...(result !== undefined && { result: readJsonFile(result) })
  })
  if ('command' in read) return read.command
  throw new CommandFailed(read.faults.map(({ pointer = '', message }) => `${pointer} ${message}`).join('\ncrm: '))
}

function report(action: string, { done, failed, left }: DecisionsOnFallout): void {
  for (const { id, error } of failed) process.stderr.write(`${id} ${reasonOf(error)}\n`)
  print(`${action}: ${done} done, ${failed.length} failed${left > 0 ? `, ${left} are left: run it again` : ''}`)
  if (failed.length > 0) throw new CommandFailed(`${failed.length} could not be decided about`)
}

function explain(error: unknown): never {
  throw error instanceof DomainError ? new CommandFailed(reasonOf(error)) : error
}

function reasonOf(error: unknown): string {
  const allowed = error instanceof DomainError ? (error.details.allowed ?? []) : []
  return `${failureText(error)}${allowed.length > 0 ? ` (possible: ${allowed.join(', ')})` : ''}`
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
