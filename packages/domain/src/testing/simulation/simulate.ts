import { backOffice } from './back-office.ts'
import { checkEnd, isOver } from './check-end.ts'
import { Client } from './client.ts'
import { type ClientAction, clientActions, place } from './client-actions.ts'
import type { Random } from './random.ts'
import { goodManners } from './receiver.ts'
import { setUp } from './set-up.ts'
import { SimulatedFms } from './simulated-fms.ts'
import { SimulatedServer } from './simulated-server.ts'
import { insistThat } from './violation.ts'
import { type Cast, World } from './world.ts'

export interface SimulationOptions {
  /** Resolves when everything that needs no time has been done: `new Promise(resolve => setImmediate(resolve))`. */
  readonly quiet: () => Promise<void>
  /** How many of the last things that happened a failure tells of: 60 by default. */
  readonly remembered?: number
}

export interface SimulationReport {
  readonly seed: number
  readonly steps: number
  /** How long it took there, in milliseconds. */
  readonly virtualMs: number
  readonly counts: ReadonlyMap<string, number>
  readonly world: World
}

/** A seed has shown that something does not hold which must. */
export class SimulationFailed extends Error {
  override readonly name = 'SimulationFailed'
}

const cast: Cast = {
  server: world => new SimulatedServer(world),
  fms: (world, fms) => new SimulatedFms(world, fms)
}

const REMEMBERED = 60
const MAX_STEPS = 150_000
/** How often it is looked whether it is over. */
const LOOK_EVERY = 40

/**
 * Lets a whole CRM run in virtual time: processes, workers, clients, what they store, and what goes wrong, as one seed has it. What must
 * always hold is looked at after every step; in the end the faults stop, everybody finishes their work, and it is looked whether nothing
 * was lost.
 *
 * @throws {SimulationFailed} with the seed, the step, and what happened before
 */
export async function simulate(seed: number, options: SimulationOptions): Promise<SimulationReport> {
  const world = new World(seed, cast, options.remembered ?? REMEMBERED)
  const startMs = world.timeline.nowMs
  let steps = 0
  const runUntil = async (isReached: () => boolean | Promise<boolean>, lookEvery = LOOK_EVERY) => {
    while (steps % lookEvery !== 0 || !(await isReached())) {
      insistThat(++steps < MAX_STEPS, 'it does not come to an end')
      insistThat(world.timeline.next(), 'nothing happens any more')
      await options.quiet()
      world.examine()
    }
    await options.quiet()
    world.examine()
  }
  try {
    await begin(world, runUntil)
    await trouble(world, runUntil)
    calm(world)
    world.spawn(() => backOffice(new Client(world, 'back office')))
    await runUntil(() => isOver(world))
    await checkEnd(world)
  } catch (error) {
    throw new SimulationFailed(failureText(seed, steps, world, error), { cause: error })
  }
  return { seed, steps, virtualMs: world.timeline.nowMs - startMs, counts: world.counts, world }
}

type RunUntil = (isReached: () => boolean | Promise<boolean>, lookEvery?: number) => Promise<void>

async function begin(world: World, runUntil: RunUntil): Promise<void> {
  for (let count = 1; count <= world.shape.servers; count++) world.startServer()
  world.spawn(() => setUp(new Client(world, 'setup')))
  await runUntil(() => world.busy === 0, 1)
}

async function trouble(world: World, runUntil: RunUntil): Promise<void> {
  const { shape, random } = world
  Object.assign(world.storeFaults, shape.store)
  for (let count = 1; count <= shape.clients; count++) {
    world.spawn(() => actAll(new Client(world, `client-${count}`), random.fork()))
  }
  for (let count = 0; count < shape.crashes; count++) {
    world.timeline.after(random.between(0, shape.busyMs), () => {
      const server = random.pickIfAny(world.servers)
      if (server) world.crash(server)
    })
  }
  misbehave(world)
  world.fms?.trouble()
  const endsAtMs = world.timeline.nowMs + shape.busyMs
  await runUntil(() => world.timeline.nowMs >= endsAtMs)
}

async function actAll(client: Client, random: Random): Promise<void> {
  const { world } = client
  const { shape } = world
  const pauseMs = shape.busyMs / (shape.actions + shape.orders)
  for (let count = 0; count < shape.orders; count++) {
    await world.pause(0, pauseMs)
    await place(client)
  }
  for (let count = 0; count < shape.actions; count++) {
    await world.pause(0, pauseMs)
    await clientActions[random.weighted(weights)](client)
  }
}

const weights: Readonly<Record<ClientAction, number>> = {
  place: 1,
  patch: 5,
  moveItems: 5,
  cancel: 2,
  settle: 2,
  milestone: 4,
  decide: 4,
  release: 1,
  remove: 0.3
}

/** Receivers change their manners now and then. */
function misbehave(world: World): void {
  const { shape, random, timeline } = world
  for (const receiver of world.receivers.values()) {
    const level = shape.receiverFaults
    if (level === 0) continue
    for (let count = 0; count < 4; count++) {
      timeline.after(random.between(0, shape.busyMs), () => {
        receiver.manners = {
          refuses: level * random.pick([0, 0, 0.5, 1]),
          isDown: level * random.pick([0, 0, 0.5, 1]),
          losesAnswer: level * random.pick([0, 0.2]),
          isSlow: level * random.pick([0, 0.3]),
          isGone: random.chance(0.03)
        }
      })
    }
  }
}

/** From now on nothing goes wrong any more, and whoever has nothing to do has time. */
function calm(world: World): void {
  Object.assign(world.storeFaults, { before: 0, after: 0 })
  world.pollMs = 600_000
  world.fms?.calm()
  const heal = () => {
    for (const receiver of world.receivers.values()) {
      if (!receiver.manners.isGone) receiver.manners = { ...goodManners }
    }
  }
  heal()
  world.timeline.after(world.shape.busyMs, heal)
}

function failureText(seed: number, steps: number, world: World, error: unknown): string {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return [`seed ${seed} fails at step ${steps}: ${what}`, JSON.stringify(world.shape), ...world.trace].join('\n  ')
}
