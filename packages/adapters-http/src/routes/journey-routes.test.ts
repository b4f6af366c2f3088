import { acceptProductOrder } from '@crm-lite/domain'
import { MemoryStore } from '@crm-lite/domain/testing'
import t, { type Test } from 'tap'
import { journeySpecificationExample } from '../apis/order-journey/examples.ts'
import { countingIds, servicesOver, startTestApp } from '../testing/start-test-app.ts'

const API = '/tmf-api/orderJourney/v1'
const ORDERS = '/tmf-api/productOrderingManagement/v4'
const start = new Date('2026-03-02T09:00:00Z')

const office = {
  name: 'Office',
  timeZone: 'Europe/Paris',
  workingHours: [{ days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'], from: '08:00', to: '18:00' }]
}
const byHand = { by: 'hand' }
const fibre = {
  key: 'fibre',
  name: 'Fibre at home',
  match: { category: 'B2C' },
  milestone: [
    { key: 'scheduled', name: 'Visit scheduled', reachedBy: byHand, plan: { duration: 'P2D' } },
    { key: 'installed', name: 'Installed', requires: ['scheduled'], reachedBy: byHand, plan: { duration: 'P1D' } },
    { key: 'measured', name: 'Line measured', isOptional: true, visibility: 'internal', reachedBy: byHand }
  ]
}
const order = { category: 'B2C', productOrderItem: [{ id: '1', action: 'add' }] }

interface Answer {
  readonly status: number
  // What is answered is looked at with `t.match`.
  readonly body: Record<string, unknown> & { readonly id: string; readonly code?: string }
  readonly headers: Readonly<Record<string, unknown>>
}

async function world(t: Test) {
  let now = start
  const clock = { now: () => now }
  const store = new MemoryStore({ clock })
  const services = { ...servicesOver(store), clock, ids: countingIds() }
  const { app } = await startTestApp(t, { services })
  const send = async (
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
    headers = {}
  ): Promise<Answer> => {
    const url = path.startsWith('/') ? path : `${API}/${path}`
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await app.inject({ method, url, headers: { ...type, ...headers }, ...sent })
    const { statusCode: status, headers: answered } = response
    return { status, headers: answered, body: response.body === '' ? { id: '' } : response.json() }
  }
  const post = (path: string, body?: unknown, headers = {}) => send('POST', path, body, headers)
  const get = (path: string) => send('GET', path)
  return {
    services,
    send,
    post,
    get,
    pass: (hours: number) => {
      now = new Date(now.getTime() + hours * 3_600_000)
    },
    activated: async (input: object = fibre) => {
      const { body } = await post('journeySpecification', input)
      await post(`journeySpecification/${body.id}/activate`)
      return body.id
    },
    place: async (input: object = order) => (await post(`${ORDERS}/productOrder`, input)).body.id,
    accept: (id: string) => acceptProductOrder(services, id, { tenant: 'default', actor: 'asha', correlationId: '1' }),
    milestones: async (id: string) => {
      const { body } = await get(`journey/${id}`)
      return body['milestone'] as { key: string; state: string; plannedDate: string; forecastDate: string }[]
    }
  }
}

const failure = (status: number, code: string, pointer?: string) => {
  return { status, body: { code, ...(pointer !== undefined && { pointer }) } }
}

t.test('a journey specification', async t => {
  t.test('is drafted, changed, activated, followed, retired', async t => {
    const { post, get, send } = await world(t)
    const { status, body, headers } = await post('journeySpecification', {
      ...fibre,
      version: 'seven',
      lifecycleStatus: 'active'
    })
    t.match(
      { status, body },
      { status: 201, body: { key: 'fibre', version: 1, lifecycleStatus: 'draft', '@type': 'JourneySpecification' } }
    )
    const href = `https://crm.example.com${API}/journeySpecification/${body.id}`
    t.match({ ...headers, ...body }, { location: href, href, etag: '"1"' })
    const item = `journeySpecification/${body.id}`
    t.match(await send('PATCH', item, { priority: 5 }), { status: 200, body: { priority: 5 }, headers: { etag: '"2"' } })
    t.match(await send('PATCH', item, { lifecycleStatus: 'active' }), failure(400, 'serverOwned', '/lifecycleStatus'))
    t.match(await post(`${item}/activate`, undefined, { 'if-match': '"1"' }), failure(412, 'staleRevision'))
    t.match(await post(`${item}/activate`), {
      status: 200,
      body: { lifecycleStatus: 'active', activatedAt: start.toISOString() }
    })
    t.match(await send('PATCH', item, { priority: 6 }), failure(409, 'notChangeable'))
    t.match(await send('DELETE', item), failure(409, 'notDeletable'))
    const next = (await post('journeySpecification', fibre)).body
    t.equal(next['version'], 2)
    await post(`journeySpecification/${next.id}/activate`)
    const listed = (await get('journeySpecification?lifecycleStatus=active&key=fibre&sort=-version&fields=version')).body
    t.match(listed, [{ id: next.id, version: 2 }])
    t.match((await get(item)).body, { lifecycleStatus: 'retired' })
    t.match(await post(`${item}/activate`), failure(409, 'illegalMove'))
    t.match(await post(`journeySpecification/${next.id}/retire`), { status: 200, body: { lifecycleStatus: 'retired' } })
    t.match(await post('journeySpecification/default-1/retire'), failure(409, 'illegalMove'))
    t.match(await post('journeySpecification/unknown/activate'), failure(404, 'notFound'))
    const draft = (await post('journeySpecification', fibre)).body
    t.equal((await send('DELETE', `journeySpecification/${draft.id}`)).status, 204)
  })

  t.test('that is wrong is refused with the place of each fault, and what looks odd is said', async t => {
    const { post } = await world(t)
    const create = (milestone: object[], more = {}) => post('journeySpecification', { ...fibre, milestone, ...more })
    const [scheduled, installed] = fibre.milestone as [object, object]
    t.match(
      await create([{ ...scheduled, requires: ['installed'] }, installed]),
      failure(400, 'invalidValue', '/milestone/0/requires')
    )
    t.match(await create([{ key: 'a', name: 'A' }]), failure(400, 'missingAttribute', '/milestone/0/reachedBy'))
    t.match(
      await create([{ ...scheduled, reachedBy: { by: 'magic' } }]),
      failure(400, 'invalidValue', '/milestone/0/reachedBy/by')
    )
    t.match(
      await create([{ ...scheduled, reachedBy: { by: 'orderState' } }]),
      failure(400, 'invalidValue', '/milestone/0/reachedBy/states')
    )
    t.match(
      await create([{ ...scheduled, plan: { duration: 'soon' } }]),
      failure(400, 'invalidValue', '/milestone/0/plan/duration')
    )
    t.match(await create([scheduled], { translation: { de: null } }), failure(400, 'invalidValue', '/translation'))
    t.match(await create([scheduled], { key: ' ' }), failure(400, 'missingAttribute', '/key'))
    const several = await create([{ ...scheduled, plan: { duration: 'soon', calendar: 'none' } }], { key: '1' })
    t.match(several.body['errors'], [
      { pointer: '/key' },
      { pointer: '/milestone/0/plan/duration' },
      { pointer: '/milestone/0/plan/calendar' }
    ])
    t.match(await create([{ ...scheduled, isPointOfNoReturn: true, isOptional: true }]), {
      status: 201,
      body: { lint: [{ pointer: '/milestone' }, { pointer: '/milestone/0/isPointOfNoReturn' }] }
    })
  })

  t.test('is tried out with an order that nobody places', async t => {
    const { post, get } = await world(t)
    const calendar = (await post('calendar', office)).body.id
    const { id } = (
      await post('journeySpecification', {
        ...fibre,
        milestone: [{ ...fibre.milestone[0], plan: { duration: 'PT9H', calendar } }]
      })
    ).body
    const simulate = (body: unknown) => post(`journeySpecification/${id}/simulate`, body)
    t.match(await simulate({ order, startDate: '2026-03-06T17:00:00+01:00' }), {
      status: 200,
      body: {
        startDate: '2026-03-06T16:00:00.000Z',
        milestone: [{ key: 'scheduled', requires: [], plannedDate: '2026-03-09T15:00:00.000Z' }],
        plannedCompletionDate: '2026-03-09T15:00:00.000Z'
      }
    })
    t.match(await simulate({ order }), { status: 200, body: { startDate: start.toISOString() } })
    t.match(await simulate({}), failure(400, 'missingAttribute', '/order'))
    t.match(await simulate({ order: {} }), failure(400, 'missingAttribute', '/order/productOrderItem'))
    t.match(await simulate({ order, startDate: 'soon' }), failure(400, 'invalidValue', '/startDate'))
    t.match(await post(`journeySpecification/${id}/simulate`), failure(400, 'missingBody'))
    t.match(await post('journeySpecification/unknown/simulate', { order }), failure(404, 'notFound'))
    t.same((await get('journey')).body, [])
  })

  t.test('with every attribute that there is can be created as the documentation shows it', async t => {
    const { post } = await world(t)
    const { status, body } = await post('journeySpecification', journeySpecificationExample)
    t.equal(status, 201)
    t.match(body, journeySpecificationExample)
  })
})

t.test('a calendar that an active journey counts in stays', async t => {
  const { post, send, activated } = await world(t)
  const { body } = await post('calendar', office)
  const item = `calendar/${body.id}`
  const id = await activated({ ...fibre, milestone: [{ ...fibre.milestone[0], plan: { duration: 'P1D', calendar: body.id } }] })
  t.match(await post('calendar', { ...office, timeZone: 'Mars/Olympus' }), failure(400, 'invalidValue', '/timeZone'))
  t.match(await send('PATCH', item, { workingHours: [] }), failure(400, 'invalidValue', '/workingHours'))
  t.match(await send('PATCH', item, { workingHours: [{ days: ['someday'] }] }), { status: 400 })
  t.match(await send('PATCH', item, { holiday: [{ date: '2026-03-03' }] }), { status: 200, headers: { etag: '"2"' } })
  t.match(await send('DELETE', item), failure(409, 'notDeletable'))
  await post(`journeySpecification/${id}/retire`)
  t.equal((await send('DELETE', item)).status, 204)
})

t.test('what happens on the way of an order', async t => {
  t.test('is done by hand, and recorded with who and why', async t => {
    const { post, get, pass, activated, place, milestones } = await world(t)
    const specification = await activated()
    const id = await place()
    const by = { 'x-actor': 'asha' }
    const milestone = (rest: string, body?: object) => post(`journey/${id}/milestone${rest}`, body, by)
    t.match((await get(`journey/${id}`)).body, {
      productOrder: { id },
      specification: { id: specification, key: 'fibre', version: 1 }
    })
    t.match(await milestone('/installed/reach'), failure(409, 'requirementsOpen'))
    pass(2)
    const added = await milestone('', {
      name: 'Site visit',
      after: 'scheduled',
      before: ['installed'],
      plan: { duration: 'P3D' }
    })
    t.match(added, { status: 201, headers: { location: `https://crm.example.com${API}/journey/${id}`, etag: '"2"' } })
    t.same(
      (await milestones(id)).map(each => [each.key, each.plannedDate]),
      [
        ['scheduled', '2026-03-04T09:00:00.000Z'],
        ['site-visit', '2026-03-07T09:00:00.000Z'],
        ['installed', '2026-03-08T09:00:00.000Z'],
        ['measured', '2026-03-02T09:00:00.000Z']
      ]
    )
    t.match(await milestone('/scheduled/reach', { date: '2026-03-02T10:00:00Z' }), { status: 200 })
    t.match(await milestone('/scheduled/reach'), { status: 200 }, 'once more is harmless')
    t.match(await milestone('/scheduled/correct', {}), failure(400, 'missingAttribute', '/reason'))
    t.match(await milestone('/scheduled/correct', { reason: 'Another house' }), { status: 200 })
    t.match(await milestone('/site-visit/skip', { reason: 'Known well' }), { status: 200 })
    t.match(await milestone('/installed/skip', { reason: 'No' }), failure(409, 'illegalMove'))
    t.match(await milestone('/installed/replan', { date: '2026-03-20T09:00:00Z', reason: 'Holidays' }), { status: 200 })
    t.match(await milestone('/installed/annotate', { text: 'Ring twice' }), { status: 200 })
    t.match(
      (await milestones(id)).find(each => each.key === 'installed'),
      {
        plannedDate: '2026-03-20T09:00:00.000Z',
        isDateFixed: true,
        note: [{ author: 'asha', text: 'Ring twice' }]
      }
    )
    const shown = (await get(`${ORDERS}/productOrder/${id}`)).body['productOrderMilestone']
    t.match(shown, [
      { id: 'scheduled', status: 'Yet-To-Reach' },
      { id: 'site-visit', status: 'Completed', message: 'Skipped: Known well' },
      { id: 'installed', status: 'Yet-To-Reach' },
      { id: 'measured' }
    ])
    const withOpen = async (key: string) => (await get(`journey?state=active&milestone[key=${key},state=open]`)).body
    t.match(await withOpen('installed'), [{ id }])
    t.same(await withOpen('site-visit'), [])
    const { body: history } = await get(`history?order.id=${id}&subject=milestone&sort=date,id`)
    const told = (history as unknown as Record<string, unknown>[]).map(({ milestone, attribute, from, to, actor, reason }) => {
      return [(milestone as { key: string }).key, attribute, from, to, actor, reason]
    })
    t.same(told, [
      ['scheduled', 'state', 'open', 'reached', 'asha', undefined],
      ['scheduled', 'state', 'reached', 'open', 'asha', 'Another house'],
      ['site-visit', 'state', 'open', 'skipped', 'asha', 'Known well'],
      ['installed', 'plannedDate', '2026-03-08T09:00:00.000Z', '2026-03-20T09:00:00.000Z', 'asha', 'Holidays']
    ])
  })

  t.test('is refused where it makes no sense, with the place', async t => {
    const { post, activated, place } = await world(t)
    await activated()
    const id = await place()
    const milestone = (rest: string, body?: unknown) => post(`journey/${id}/milestone${rest}`, body)
    t.match(await milestone('', {}), failure(400, 'missingAttribute', '/name'))
    t.match(await milestone('', { name: 'X', after: 'nowhere' }), failure(400, 'invalidValue', '/after'))
    t.match(await milestone('', { name: 'X', after: 'installed', before: 'scheduled' }), failure(400, 'invalidValue', '/before'))
    t.match(await milestone('', { name: 'X', after: 5 }), failure(400, 'invalidValue', '/after'))
    t.match(await milestone('', { name: 'X', state: 'reached' }), failure(400, 'invalidValue', '/state'))
    t.match(await milestone('', { name: 'X', plan: { duration: 'soon' } }), failure(400, 'invalidValue', '/plan/duration'))
    t.match(await milestone('', [1]), failure(400, 'invalidValue', ''))
    t.match(await milestone('/nowhere/reach'), failure(404, 'notFound'))
    t.match(await milestone('/scheduled/reach', { date: '2026-03-03T09:00:00Z' }), failure(400, 'invalidValue', '/date'))
    t.match(await milestone('/scheduled/reach', { date: 'now' }), failure(400, 'invalidValue', '/date'))
    t.match(await milestone('/scheduled/replan', { date: '2026-03-09T09:00:00Z' }), failure(400, 'missingAttribute', '/reason'))
    t.match(await milestone('/measured/skip', { reason: ' ' }), failure(400, 'missingAttribute', '/reason'))
    t.match(await milestone('/scheduled/annotate'), failure(400, 'missingAttribute', '/text'))
    t.match(await post('journey/unknown/milestone/scheduled/reach'), failure(404, 'notFound'))
    t.match(await post(`journey/${id}/milestone/scheduled/vanish`), failure(404, 'unknownPath'))
    t.match(
      await post(`journey/${id}/milestone/scheduled/reach`, undefined, { 'if-match': '"7"' }),
      failure(412, 'staleRevision')
    )
  })

  t.test('to a milestone of an item too, whatever its id looks like', async t => {
    const { post, place, accept, milestones } = await world(t)
    const id = await place({ productOrderItem: [{ id: 'a/b c:1', action: 'add' }] })
    await accept(id)
    const key = encodeURIComponent('delivered:a/b c:1')
    t.match(await post(`journey/${id}/milestone/${key}/reach`, { reason: 'The courier rang' }), { status: 200 })
    t.match((await milestones(id))[2], { key: 'delivered:a/b c:1', state: 'reached' })
  })

  t.test('is done once for one idempotency key', async t => {
    const { post, activated, place, milestones } = await world(t)
    await activated()
    const id = await place()
    const visit = (name: string) => post(`journey/${id}/milestone`, { name }, { 'idempotency-key': 'visit-1' })
    const first = await visit('Visit')
    t.same((await visit('Visit')).body, first.body)
    t.match(await visit('Other visit'), failure(422, 'idempotencyKeyReused'))
    t.equal((await milestones(id)).length, 4)
  })

  t.test('is kept when the order is gone', async t => {
    const { send, get, place, post } = await world(t)
    const id = await place()
    t.match(await post(`journey/${id}/milestone/received/correct`, { reason: 'Not yet' }), { status: 200 })
    await send('DELETE', `${ORDERS}/productOrder/${id}`)
    t.match(await get(`journey/${id}`), failure(404, 'notFound'))
    t.match((await get(`history?order.id=${id}`)).body, [{ reason: undefined }, { to: 'open', reason: 'Not yet' }])
  })
})

t.test('a cancellation that is assessed', async t => {
  const assessed = async (t: Test) => {
    const all = await world(t)
    const id = await all.place()
    await all.accept(id)
    const task = (await all.post(`${ORDERS}/cancelProductOrder`, { productOrder: { id, '@referredType': 'ProductOrder' } })).body
    t.match(task, { state: 'inProgress' })
    t.match((await all.get(`journey/${id}`)).body, { cancelProductOrder: { id: task.id } })
    return { ...all, id, task: task.id, stateOf: async () => (await all.get(`${ORDERS}/productOrder/${id}`)).body['state'] }
  }

  t.test('is confirmed', async t => {
    const { post, task, stateOf } = await assessed(t)
    t.match(await post(`cancelProductOrder/${task}/confirm`, undefined, { 'if-match': '"9"' }), failure(412, 'staleRevision'))
    t.match(await post(`cancelProductOrder/${task}/confirm`), { status: 200, body: { state: 'done' } })
    t.equal(await stateOf(), 'cancelled')
    t.match(await post(`cancelProductOrder/${task}/confirm`), { status: 200, body: { state: 'done' } })
    t.match(await post(`cancelProductOrder/${task}/refuse`), failure(409, 'illegalMove'))
    t.match(await post('cancelProductOrder/unknown/confirm'), failure(404, 'notFound'))
  })

  t.test('is refused, with a reason', async t => {
    const { post, get, id, task, stateOf } = await assessed(t)
    t.match(await post(`cancelProductOrder/${task}/refuse`, { reason: 5 }), failure(400, 'invalidValue', '/reason'))
    t.match(await post(`cancelProductOrder/${task}/refuse`, { reason: 'Nearly done' }), {
      body: { state: 'terminatedWithError' }
    })
    t.equal(await stateOf(), 'inProgress')
    t.match((await get(`history?order.id=${id}&subject=task&sort=-id`)).body, [
      { to: 'terminatedWithError', reason: 'Nearly done' }
    ])
  })
})

t.test('everything is documented in a document of its own', async t => {
  const { get } = await world(t)
  const { body } = await get('/openapi/order-journey-v1.json')
  const { paths, components } = body as unknown as { paths: object; components: { schemas: object } }
  const operations = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map(each => `${each} ${path}`))
  const below = (path: string) =>
    operations.filter(each => each.includes(`${API}/${path}`)).map(each => each.replace(`${API}/`, ''))
  t.same(below('journey/'), [
    'get journey/{id}',
    'post journey/{id}/milestone',
    'post journey/{id}/milestone/{key}/reach',
    'post journey/{id}/milestone/{key}/skip',
    'post journey/{id}/milestone/{key}/replan',
    'post journey/{id}/milestone/{key}/annotate',
    'post journey/{id}/milestone/{key}/correct'
  ])
  t.same(below('cancelProductOrder').length, 2)
  t.ok(below('journeySpecification').includes('post journeySpecification/{id}/simulate'))
  t.same(below('history'), ['get history', 'get history/{id}'], 'which nobody can write')
  t.ok(['NewMilestone', 'MilestoneSpecification', 'JourneySimulation'].every(name => Object.hasOwn(components.schemas, name)))
})
