import { randomBytes } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Task } from './agenda.ts'
import { Deliveries } from './callbacks/deliveries.ts'
import { Cancellations } from './cancellations.ts'
import type { FaultPlan, Operation } from './faults/fault-plan.ts'
import { Faults } from './faults/faults.ts'
import { Fms } from './fms.ts'
import { Gate } from './http/access.ts'
import { registerAdmin } from './http/admin.ts'
import { buildApp } from './http/build-app.ts'
import { registerInventories } from './http/inventories.ts'
import { registerServiceOrdering } from './http/service-ordering.ts'
import { type Device, type HiddenRequest, type Kept, keptIn, type Subscription } from './kept.ts'
import { Numbering } from './numbering.ts'
import { defaultOptions, type SimulatorOptions } from './options.ts'
import { Provisioning } from './provisioning.ts'
import { Records } from './records.ts'
import { showOrder } from './representation.ts'
import { isFinal, type Service } from './service-order.ts'
import type { SimulatorControl, SimulatorCounts } from './simulator-control.ts'
import { openSqliteFile } from './sqlite-file.ts'
import { defaultStock, Stock, type StockLine } from './stock.ts'
import { Timeline } from './timeline.ts'

/** Where manual time begins. */
const START = Date.parse('2026-01-01T00:00:00Z')

/** A fulfilment management system that provisions imaginary devices. */
export class Simulator implements SimulatorControl {
  /** To send requests to without a network. */
  readonly app: FastifyInstance
  readonly #records: Records
  readonly #kept: Kept
  readonly #numbering: Numbering
  readonly #stock: Stock
  readonly #faults: Faults
  readonly #timeline: Timeline
  readonly #deliveries: Deliveries
  readonly #fms: Fms
  readonly #cancellations: Cancellations
  readonly #gate: Gate
  readonly #requests = new Map<Operation, number>()
  readonly #isManual: boolean
  #url = 'http://fms.invalid'
  #listening: { readonly port: number; readonly host: string } | undefined
  #reopening: NodeJS.Timeout | undefined
  #paceMs: number

  constructor(options: SimulatorOptions) {
    const settings = { ...defaultOptions, ...options }
    this.#paceMs = settings.paceMs
    this.#isManual = options.time === 'manual'
    this.#records = new Records(options.file === undefined ? undefined : openSqliteFile(options.file))
    this.#kept = keptIn(this.#records)
    this.#numbering = new Numbering(this.#kept, { run: options.run ?? drawnRun(), stock: {} })
    this.#stock = new Stock(this.#kept, this.#numbering)
    if (options.stock || this.#stock.lines.length === 0) this.#stock.set(options.stock ?? defaultStock)
    this.#faults = new Faults(options.plan ?? this.#numbering.settings.plan ?? { rules: [] })
    this.#timeline = new Timeline({
      tasks: this.#kept.tasks,
      now: this.#isManual ? () => START : Date.now,
      isRunning: !this.#isManual,
      run: task => this.#run(task),
      done: () => this.#records.flush()
    })
    this.#deliveries = new Deliveries(this.#kept, this.#numbering, this.#faults, this.#timeline, {
      usesListenerPaths: options.usesListenerPaths ?? false,
      callbackTimeoutMs: settings.callbackTimeoutMs,
      callbackAttempts: settings.callbackAttempts
    })
    this.#fms = new Fms({
      kept: this.#kept,
      numbering: this.#numbering,
      provisioning: new Provisioning(this.#kept, this.#numbering, this.#stock, options.catalogue ?? {}),
      faults: this.#faults,
      timeline: this.#timeline,
      deliveries: this.#deliveries,
      baseUrl: () => this.#url,
      paceMs: () => this.#paceMs
    })
    this.#cancellations = new Cancellations(this.#fms, options.refusesCancellationAtOnce ?? false)
    this.#gate = new Gate(options.access)
    this.#deliveries.resume()
    this.#records.flush()
    this.app = this.#build(options, settings.settleMs)
  }

  /** Where it listens. */
  get url(): string {
    return this.#url
  }

  get paceMs(): number {
    return this.#paceMs
  }

  set paceMs(paceMs: number) {
    this.#paceMs = paceMs
  }

  get plan(): FaultPlan {
    return this.#faults.plan
  }

  set plan(plan: FaultPlan) {
    this.#faults.plan = plan
    this.#numbering.change({ plan })
    this.#records.flush()
  }

  get stock(): readonly StockLine[] {
    return this.#stock.lines
  }

  set stock(lines: readonly StockLine[]) {
    this.#stock.set(lines)
    this.#records.flush()
  }

  orders(externalId?: string): readonly Readonly<Record<string, unknown>>[] {
    const all = [...this.#kept.orders.all()].map(({ order }) => order)
    const wanted = externalId === undefined ? all : all.filter(order => order.externalId === externalId)
    return wanted.map(order => showOrder(order, this.#url))
  }

  devices(): readonly Device[] {
    return [...this.#kept.devices.all()]
  }

  services(): readonly Service[] {
    return [...this.#kept.services.all()].map(({ service }) => service)
  }

  subscriptions(): readonly Subscription[] {
    return [...this.#kept.subscriptions.all()]
  }

  byExternalId(): Readonly<Record<string, number>> {
    return countBy(this.#kept.orders.all(), ({ order }) => order.externalId ?? '')
  }

  counts(): SimulatorCounts {
    const duplicates = Object.entries(this.byExternalId()).filter(([externalId, count]) => externalId !== '' && count > 1)
    return {
      serviceOrders: this.#kept.orders.size(),
      byState: countBy(this.#kept.orders.all(), ({ order }) => order.state),
      duplicates: Object.fromEntries(duplicates),
      requests: Object.fromEntries(this.#requests),
      faults: { ...this.#faults.happened },
      callbacks: { ...this.#deliveries.counts, waiting: this.#kept.deliveries.size() },
      devicesInUse: this.devices().filter(({ serviceId }) => serviceId !== undefined).length
    }
  }

  nudge(id: string): void {
    this.#fms.nudge(id)
    this.#records.flush()
  }

  nudgeAll(): number {
    const standing = [...this.#kept.orders.all()].filter(({ order, isDue }) => !isFinal(order.state) && !isDue)
    for (const { order } of standing) this.nudge(order.id)
    return standing.length
  }

  force(id: string, state: string, items: Readonly<Record<string, string>> = {}): void {
    this.#fms.force(id, state, items)
    this.#records.flush()
  }

  revokeTokens(): void {
    this.#gate.revoke()
  }

  async settle(): Promise<void> {
    await this.#timeline.settle()
    this.#records.flush()
  }

  async advance(ms: number): Promise<void> {
    await this.#timeline.advance(ms)
    this.#records.flush()
  }

  /** @returns the URL that it listens on, without a slash at the end */
  async listen({ port = 0, host = '127.0.0.1' }: { readonly port?: number; readonly host?: string } = {}): Promise<string> {
    await this.app.listen({ port, host })
    const address = this.app.server.address() as AddressInfo
    this.#listening = { port: address.port, host }
    this.#url = `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
    return this.#url
  }

  refuseConnections(durationMs?: number): void {
    clearTimeout(this.#reopening)
    if (this.app.server.listening) this.app.server.close()
    this.app.server.closeIdleConnections()
    if (durationMs !== undefined) this.#reopening = setTimeout(() => void this.acceptConnections(), durationMs)
  }

  async acceptConnections(): Promise<void> {
    clearTimeout(this.#reopening)
    const { server } = this.app
    if (!this.#listening || server.listening) return
    const { port, host } = this.#listening
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, () => {
        server.off('error', reject)
        resolve()
      })
    })
  }

  async close(): Promise<void> {
    clearTimeout(this.#reopening)
    await this.app.close()
    await this.#timeline.close()
    await this.#deliveries.close()
    this.#records.close()
  }

  #run({ kind, subject }: Task): void | Promise<void> {
    switch (kind) {
      case 'step':
        return this.#fms.step(subject)
      case 'cancel':
        return this.#cancellations.step(subject)
      case 'commit':
        return this.#commit(subject)
      case 'deliver':
        return this.#deliveries.attempt(subject)
    }
  }

  /** Does what a request asked for that got no answer. */
  #commit(id: string): void {
    const hidden = this.#kept.hidden.get(id)
    this.#kept.hidden.remove(id)
    if (!hidden) return
    try {
      if (hidden.operation === 'create') this.#fms.create(hidden.body, hidden.own)
      else this.#cancellations.create(hidden.body)
    } catch {
      // What was asked for cannot be done, and nobody waits for an answer that could say so.
    }
  }

  #commitLater(hidden: HiddenRequest, inMs: number): void {
    const id = this.#numbering.id('HID')
    this.#kept.hidden.put(id, hidden)
    this.#timeline.schedule(inMs, 'commit', id)
    this.#records.flush()
  }

  #build(options: SimulatorOptions, settleMs: number): FastifyInstance {
    const app = buildApp()
    const served = {
      fms: this.#fms,
      cancellations: this.#cancellations,
      quirks: options.quirks ?? {},
      faultyServer: {
        settleMs,
        seed: () => this.#faults.plan.seed ?? 1,
        commitLater: (hidden: HiddenRequest, inMs: number) => this.#commitLater(hidden, inMs),
        refuse: (durationMs: number) => this.refuseConnections(durationMs)
      },
      onRequest: (operation: Operation) => this.#requests.set(operation, (this.#requests.get(operation) ?? 0) + 1),
      flush: () => this.#records.flush()
    }
    app.register(async api => {
      api.addHook('onRequest', async request => this.#gate.check(request.headers.authorization))
      registerServiceOrdering(api, 'v4', served)
      registerServiceOrdering(api, 'v3', served)
      registerInventories(api, this.#kept, () => this.#url)
    })
    app.post('/oauth/token', request => {
      served.onRequest('token')
      return this.#gate.grant(new URLSearchParams(String(request.body)), request.headers.authorization)
    })
    registerAdmin(app, this)
    return app
  }
}

/** Four letters and digits that another run hardly has. */
function drawnRun(): string {
  return (randomBytes(4).readUInt32BE() % 36 ** 4).toString(36).padStart(4, '0')
}

function countBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Readonly<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return Object.fromEntries(counts)
}
