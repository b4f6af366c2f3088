import { existsSync } from 'node:fs'
import { journeySpecificationFaults } from '@crm-lite/adapters-http'
import {
  calendarDefinition,
  calendarsIn,
  checkSpecification,
  journeySpecificationDefinition,
  lintSpecification,
  mermaidOf,
  type NewJourneySpecification
} from '@crm-lite/domain'
import { TENANT } from '../tenant.ts'
import { withDatabase } from './command-config.ts'
import { CommandFailed } from './failure.ts'
import { readJsonFile } from './read-json-file.ts'

/** A specification that can be looked at, or what keeps it from that. */
interface Found {
  readonly specification: NewJourneySpecification
  readonly faults: readonly Problem[]
}

interface Problem {
  readonly pointer?: string
  readonly message: string
}

/** @throws {CommandFailed} when something is wrong with it, after everything was printed */
export async function lintJourney(source: string): Promise<void> {
  const { specification, faults } = await specificationFrom(source)
  const warnings = faults.length > 0 ? [] : lintSpecification(specification)
  for (const each of faults) print('error', each)
  for (const each of warnings) print('warning', each)
  if (faults.length > 0) throw new CommandFailed(`${source} cannot be used: ${counted(faults.length, 'fault')}`)
  process.stdout.write(`${source} can be used: ${counted(warnings.length, 'warning')}\n`)
}

/** @throws {CommandFailed} when it cannot be drawn */
export async function drawJourney(source: string, languages: readonly string[]): Promise<void> {
  const { specification, faults } = await specificationFrom(source)
  const [first] = faults
  if (first) throw new CommandFailed(`${source} cannot be drawn: ${placed(first)}`)
  process.stdout.write(mermaidOf(specification, languages))
}

async function specificationFrom(source: string): Promise<Found> {
  if (existsSync(source)) return checked(readJsonFile(source))
  if (/[./\\]/.test(source)) throw new CommandFailed(`there is no file ${source}`)
  return withDatabase(async ({ store }) => {
    const stored = await store.get(TENANT, journeySpecificationDefinition, source)
    if (!stored) throw new CommandFailed('there is neither a file nor a journey specification of this name')
    const specification = JSON.parse(stored.document) as NewJourneySpecification
    const ids = calendarsIn([specification])
    const calendars = await Promise.all(ids.map(id => store.get(TENANT, calendarDefinition, id)))
    return checked(specification, new Set(calendars.flatMap(each => each?.id ?? [])))
  })
}

/** Whether there are such calendars is only known where they are given. */
function checked(value: unknown, calendars?: ReadonlySet<string>): Found {
  const structural = journeySpecificationFaults(value)
  const specification = value as NewJourneySpecification
  return { specification, faults: structural.length > 0 ? structural : checkSpecification(specification, calendars) }
}

function print(level: string, problem: Problem): void {
  process.stdout.write(`${level.padEnd(7)}  ${placed(problem)}\n`)
}

function placed({ pointer, message }: Problem): string {
  return pointer === undefined || pointer === '' ? message : `${pointer} ${message}`
}

function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
