import { Type } from '@sinclair/typebox'
import type { FastifyInstance } from 'fastify'
import { checker } from '../checker.ts'
import { everyFault } from '../faults/every-fault.ts'
import { checkFaultPlan, checkFaultRule, faultKinds } from '../faults/fault-plan.ts'
import type { SimulatorControl } from '../simulator-control.ts'

const checkStock = checker(
  Type.Array(
    Type.Object({ model: Type.String({ minLength: 1 }), count: Type.Integer({ minimum: 0 }) }, { additionalProperties: false })
  )
)
const duration = Type.Integer({ minimum: 0, maximum: 1e10 })
const checkPace = checker(Type.Object({ paceMs: duration }))
const checkAdvance = checker(Type.Object({ ms: duration }))
const checkRefuse = checker(Type.Object({ durationMs: Type.Integer({ minimum: 0, maximum: 600_000 }) }))
const checkForce = checker(
  Type.Object({ state: Type.String({ minLength: 1 }), items: Type.Optional(Type.Record(Type.String(), Type.String())) })
)
const checkEvery = checker(Type.Object({ rate: Type.Number({ minimum: 0, maximum: 1 }), seed: Type.Optional(Type.Integer()) }))

interface ById {
  Params: { id: string }
}

/** What is not of the standard: looking into the simulator, and having things go wrong. */
export function registerAdmin(app: FastifyInstance, simulator: SimulatorControl): void {
  registerViews(app, simulator)
  registerFaults(app, simulator)

  app.post<ById>('/admin/serviceOrder/:id/nudge', ({ params }, reply) => {
    simulator.nudge(params.id)
    return reply.code(204).send()
  })
  app.post<ById>('/admin/serviceOrder/:id/state', ({ params, body }, reply) => {
    const { state, items } = checkForce(body)
    simulator.force(params.id, state, items)
    return reply.code(204).send()
  })
  app.post('/admin/nudge', () => ({ nudged: simulator.nudgeAll() }))
  app.put('/admin/pace', ({ body }) => {
    simulator.paceMs = checkPace(body).paceMs
    return { paceMs: simulator.paceMs }
  })
  app.post('/admin/settle', async () => {
    await simulator.settle()
    return simulator.counts()
  })
  app.post('/admin/advance', async ({ body }) => {
    await simulator.advance(checkAdvance(body).ms)
    return simulator.counts()
  })
  app.post('/admin/refuseConnections', ({ body }, reply) => {
    const { durationMs } = checkRefuse(body)
    reply.raw.once('finish', () => simulator.refuseConnections(durationMs))
    return reply.header('connection', 'close').code(204).send()
  })
  app.delete('/admin/token', (_request, reply) => {
    simulator.revokeTokens()
    return reply.code(204).send()
  })
}

function registerViews(app: FastifyInstance, simulator: SimulatorControl): void {
  app.get('/admin', () => simulator.counts())
  app.get<{ Querystring: { externalId?: string } }>('/admin/serviceOrder', ({ query }) => simulator.orders(query.externalId))
  app.get('/admin/externalId', () => simulator.byExternalId())
  app.get('/admin/device', () => simulator.devices())
  app.get('/admin/service', () => simulator.services())
  app.get('/admin/subscription', () => simulator.subscriptions())
  app.get('/admin/stock', () => simulator.stock)
  app.put('/admin/stock', ({ body }) => {
    simulator.stock = checkStock(body)
    return simulator.stock
  })
}

function registerFaults(app: FastifyInstance, simulator: SimulatorControl): void {
  app.get('/admin/plan', () => simulator.plan)
  app.get('/admin/faultKind', () => faultKinds)
  app.put('/admin/plan', ({ body }) => {
    simulator.plan = checkFaultPlan(body)
    return simulator.plan
  })
  app.put('/admin/plan/every', ({ body }) => {
    const { rate, seed } = checkEvery(body)
    simulator.plan = everyFault(rate, seed)
    return simulator.plan
  })
  app.delete('/admin/plan', () => {
    simulator.plan = { ...simulator.plan, rules: [] }
    return simulator.plan
  })
  app.post('/admin/fault', ({ body }) => {
    const rule = checkFaultRule(body)
    simulator.plan = { ...simulator.plan, rules: [...simulator.plan.rules, rule] }
    return simulator.plan
  })
}
