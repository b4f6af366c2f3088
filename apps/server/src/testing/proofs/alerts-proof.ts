import { setTimeout as pause } from 'node:timers/promises'
import { type Database, openDatabase } from '@crm-lite/adapters-db'
import {
  alertLevels,
  defaultJourneySpecification,
  type HistoryEntry,
  initialJourneyCatalog,
  type Journey,
  type JourneyMilestone,
  type JourneySpecification,
  journeyCatalogDefinition,
  journeyDefinition,
  orderHistoryDefinition,
  placeProductOrder,
  type Resource,
  type StoredEvent
} from '@crm-lite/domain'
import { uuidV7Ids } from '../../ids.ts'
import { randomOf } from '../../seed/random.ts'
import { type CrmProcess, startCrm, startServer, type Test } from '../start-crm.ts'
import { type Figure, Figures } from './figure.ts'
import { clock, context } from './make-events.ts'
import { allEvents, allOf } from './read-all.ts'

export interface AlertsOptions {
  readonly databaseUrl: string
  readonly engine: 'sqlite' | 'postgres'
  readonly orders: number
  readonly kills: number
  readonly seed: number
}

const MILESTONES = 8
const FIRST_DUE_S = 4
const SECONDS_A_KILL = 2
const AT_ONCE = 50
const DRAIN_PATIENCE_MS = 120_000

/**
 * Dates of journeys pass while those who look at them are killed again and again: the server on SQLite, two workers on PostgreSQL.
 * Whatever is missed must be noted and told once, and every order be accepted once.
 */
export async function proveAlerts(t: Test, options: AlertsOptions): Promise<Figure[]> {
  const { orders, kills } = options
  const figures = new Figures('alerts', options.engine)
  const database = await openDatabase({ url: options.databaseUrl, clock, exclusive: false })
  try {
    const startedAt = performance.now()
    const processes = await startLooking(t, options)
    const startS = Math.ceil((performance.now() - startedAt) / 1000)
    await defineJourney(database, specificationOf(kills * (SECONDS_A_KILL + startS)))
    const placing = placeOrders(database, orders)
    const killed = await killInTurn(t, options, processes, database)
    await placing
    await nothingWaits(database)
    await Promise.all(processes.map(stop))
    figures.exactly('kills while something was to be done', killed, kills)
    await compare(figures, database, orders)
  } finally {
    await database.close()
  }
  return figures.all
}

/**
 * One milestone after the other misses its date; some before that come near it.
 *
 * @param spreadS from the first date to the last: there are dates left for the last kill, also where it takes long to start anew
 */
function specificationOf(spreadS: number): JourneySpecification {
  const milestone = Array.from({ length: MILESTONES }, (_, index) => ({
    key: `m${index}`,
    name: `Milestone ${index}`,
    reachedBy: { by: 'hand' } as const,
    plan: { duration: `PT${FIRST_DUE_S + Math.round((index * spreadS) / (MILESTONES - 1))}S`, from: 'start' } as const,
    warning: { hazard: 'PT2S', critical: 'PT1S' }
  }))
  return { ...defaultJourneySpecification, milestone }
}

async function defineJourney({ unitOfWork }: Database, specification: JourneySpecification): Promise<void> {
  await unitOfWork.run(context.tenant, async transaction => {
    const catalog = { ...initialJourneyCatalog, specification: [specification] }
    const stored = await transaction.get(journeyCatalogDefinition, catalog.id)
    if (stored) transaction.update(journeyCatalogDefinition, stored, catalog)
    else transaction.insert(journeyCatalogDefinition, catalog)
  })
}

async function placeOrders({ unitOfWork }: Database, count: number): Promise<void> {
  const dependencies = { unitOfWork, ids: uuidV7Ids, clock, orderAcceptance: 'automatic' } as const
  const place = () => placeProductOrder(dependencies, { productOrderItem: [{ id: '1', action: 'add' }] }, context)
  for (let placed = 0; placed < count; placed += AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - placed) }, place))
  }
}

async function startLooking(t: Test, options: AlertsOptions): Promise<CrmProcess[]> {
  const count = options.engine === 'sqlite' ? 1 : 2
  return Promise.all(Array.from({ length: count }, () => startOne(t, options)))
}

async function startOne(t: Test, { databaseUrl, engine }: AlertsOptions): Promise<CrmProcess> {
  const env = { CRM_MODE: 'development', DATABASE_URL: databaseUrl, LEASE_MS: '1000' }
  if (engine === 'sqlite') return startServer(t, { ...env, LOG_LEVEL: 'warn' })
  const worker = startCrm(t, ['worker'], { ...env, PUBLIC_BASE_URL: 'https://crm.example.com' })
  await worker.printed('"msg":"delivering"')
  return worker
}

/** Each a while after the one before. Whoever is killed is replaced. Returns how many were killed while there was something to do. */
async function killInTurn(t: Test, options: AlertsOptions, processes: CrmProcess[], { work }: Database): Promise<number> {
  const random = randomOf(options.seed, 'party', 0)
  let killed = 0
  for (let kill = 0; kill < options.kills; kill++) {
    await pause(random.between(200, 1_200))
    if ((await work.figures(clock.now())).waiting > 0) killed += 1
    const victim = processes.shift()
    victim?.process.kill('SIGKILL')
    await victim?.exited()
    processes.push(await startOne(t, options))
  }
  return killed
}

async function nothingWaits({ work }: Database): Promise<void> {
  const deadline = performance.now() + DRAIN_PATIENCE_MS
  for (;;) {
    const { waiting } = await work.figures(clock.now())
    if (waiting === 0) return
    if (performance.now() > deadline) throw new Error(`${waiting} are still waiting`)
    await pause(100)
  }
}

async function stop(one: CrmProcess): Promise<void> {
  one.process.kill('SIGTERM')
  await one.exited()
}

async function compare(figures: Figures, database: Database, orders: number): Promise<void> {
  const journeys = await allOf<Journey>(database, journeyDefinition)
  const milestones = journeys.flatMap(({ milestone }) => milestone)
  figures.exactly('journeys', journeys.length, orders)
  figures.exactly('dates missed and not noted', milestones.filter(({ level }) => level !== 'violated').length, 0)
  figures.exactly('milestones with an alert repeated', milestones.filter(isRepeated).length, 0)
  const history = await allOf<HistoryEntry & Resource>(database, orderHistoryDefinition)
  const violations = history.filter(({ subject, to }) => subject === 'milestone' && to === 'violated')
  figures.exactly('missed dates in the history', violations.length, orders * MILESTONES)
  const raised = journeys.flatMap(({ id, milestone }) =>
    milestone.flatMap(({ alert = [] }) => alert.map(each => `${id} ${each.id}`))
  )
  const told = (await allEvents(database, { resources: ['productOrder'], kinds: ['jeopardyAlert'] })).flatMap(alertsIn)
  const inEvents = new Set(told)
  figures.exactly('alerts without event', raised.filter(each => !inEvents.has(each)).length, 0)
  figures.exactly('alerts told twice, or that are none', told.length - raised.length, 0)
  figures.atLeast('alerts', raised.length, orders * MILESTONES)
  const accepted = (await allEvents(database, { resources: ['productOrder'], kinds: ['stateChanged'] })).map(
    ({ resourceId }) => resourceId
  )
  figures.exactly('orders not accepted', orders - new Set(accepted).size, 0)
  figures.exactly('orders accepted twice', accepted.length - new Set(accepted).size, 0)
}

/** Levels only rise. */
function isRepeated({ alert = [] }: JourneyMilestone): boolean {
  const ranks = alert.map(({ level }) => alertLevels.indexOf(level))
  return ranks.some((rank, index) => index > 0 && rank <= (ranks[index - 1] ?? 0))
}

function alertsIn({ resourceId, document }: StoredEvent): string[] {
  const { productOrderJeopardyAlert } = JSON.parse(document) as { productOrderJeopardyAlert: { id: string }[] }
  return productOrderJeopardyAlert.map(({ id }) => `${resourceId} ${id}`)
}
