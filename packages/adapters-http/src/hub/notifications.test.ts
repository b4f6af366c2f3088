import type { DomainEventKind, StoredEvent } from '@crm-lite/domain'
import t from 'tap'
import { tmf629v4 } from '../apis/tmf629-customer/v4.ts'
import { tmf632v4 } from '../apis/tmf632-party/v4.ts'
import { ApiError } from '../representation/api-error.ts'
import { Notifications } from './notifications.ts'

const notifications = new Notifications([tmf629v4, tmf632v4], {
  publicBaseUrl: 'https://crm.example.com/',
  tmfBasePath: '/tmf-api',
  apiPaths: { TMF632_V4: '/party' },
  extensions: { customer: { 'loyalty.tier': 'string' } }
})

const aCustomer = {
  id: 'c-1',
  '@type': 'Customer',
  name: 'Moon',
  status: 'active',
  engagedParty: { id: '500', '@referredType': 'Organization' },
  relatedParty: [{ id: '1', role: 'owner' }],
  loyalty: { tier: 'gold' }
}

function anEvent(kind: DomainEventKind = 'created', resource = 'customer', document: object = aCustomer): StoredEvent {
  return {
    id: 'event-1',
    tenant: 'default',
    cursor: '7',
    kind,
    resource,
    resourceId: 'c-1',
    revision: 3,
    changedPaths: kind === 'attributesChanged' ? ['name', 'validFor.endDateTime'] : [],
    at: '2026-03-01T09:00:00.123Z',
    actor: 'asha',
    correlationId: 'request "1"',
    document: JSON.stringify(document)
  }
}

const anIndividual = (kind: DomainEventKind = 'created', status = 'validated') =>
  anEvent(kind, 'individual', { id: 'c-1', '@type': 'Individual', givenName: 'Asha', familyName: 'Rao', status })

const told = (event: StoredEvent, query?: string, api = 'TMF629_V4') =>
  JSON.parse(notifications.render({ api, ...(query !== undefined && { query }) }, event))
const wants = (query: string, event: StoredEvent, api = 'TMF629_V4') => notifications.wants({ api, query }, event)

t.test('notifications of v4', async t => {
  const href = 'https://crm.example.com/tmf-api/customerManagement/v4/customer/c-1'
  const head = {
    eventId: 'event-1',
    eventTime: '2026-03-01T09:00:00.123Z',
    correlationId: 'request "1"',
    domain: 'Customer Management',
    timeOcurred: '2026-03-01T09:00:00.123Z'
  }
  const event = { customer: { href, ...aCustomer } }

  t.test('a creation, a change of state and a deletion name the resource, and carry the whole of it', async t => {
    for (const [kind, eventType, title] of [
      ['created', 'CustomerCreateEvent', 'Customer created'],
      ['stateChanged', 'CustomerStateChangeEvent', 'Customer state changed'],
      ['deleted', 'CustomerDeleteEvent', 'Customer deleted']
    ] as const) {
      t.strictSame(told(anEvent(kind)), { id: 'c-1', href, ...head, eventType, title, event })
    }
  })

  t.test('a change of attributes names the attributes', async t => {
    t.strictSame(told(anEvent('attributesChanged')), {
      fieldPath: 'name,validFor.endDateTime',
      ...head,
      eventType: 'CustomerAttributeValueChangeEvent',
      title: 'Customer attributes changed',
      event
    })
  })

  t.test('each is told in the version and under the address of its API', async t => {
    const individual = told(anIndividual(), undefined, 'TMF632_V4')
    t.match(individual, { eventType: 'IndividualCreateEvent', href: 'https://crm.example.com/party/individual/c-1' })
    t.strictSame(Object.keys(individual.event), ['individual'])
    t.throws(() => told(anIndividual()))
  })

  t.test('the resource is passed on as it was stored', async t => {
    const odd = { ...aCustomer, number: 1e21, odd: '\u2028"\\ 👩‍👩‍👧', empty: {} }
    t.strictSame(told(anEvent('created', 'customer', odd)).event.customer, { href, ...odd })
  })

  t.test('only some fields, and what identifies event and resource', async t => {
    const query = 'fields=title,event.customer.name,event.customer.relatedParty.role'
    t.strictSame(told(anEvent(), query), {
      eventId: head.eventId,
      eventTime: head.eventTime,
      eventType: 'CustomerCreateEvent',
      id: 'c-1',
      href,
      title: 'Customer created',
      event: { customer: { id: 'c-1', href, '@type': 'Customer', name: 'Moon', relatedParty: [{ role: 'owner' }] } }
    })
    t.strictSame(told(anEvent(), 'fields=none').event, { customer: { id: 'c-1', href, '@type': 'Customer' } })
    t.strictSame(told(anEvent(), 'fields=event.customer').event, event)
  })

  t.test('a test is no event', async t => {
    t.match(JSON.parse(notifications.testBody('TMF629_V4', 'test-1', new Date('2026-03-01T09:00:00Z'))), {
      eventId: 'test-1',
      eventType: 'HubTestEvent',
      eventTime: '2026-03-01T09:00:00.000Z',
      event: {}
    })
  })
})

t.test('which events are wanted', async t => {
  t.test('those of its own API, all of them without a query', async t => {
    for (const query of ['', '?', 'fields=title']) {
      t.ok(wants(query, anEvent()), query)
      t.notOk(wants(query, anIndividual()), query)
      t.notOk(wants(query, anEvent('created', 'eventSubscription')), query)
    }
    t.notOk(wants('', anEvent(), 'TMF999_V9'))
  })

  t.test('by type and content, with the operators of lists', async t => {
    for (const [query, expected] of [
      ['eventType=CustomerCreateEvent', true],
      ['?eventType=CustomerCreateEvent', true],
      ['eventType=CustomerDeleteEvent', false],
      ['eventType=CustomerDeleteEvent,CustomerCreateEvent', true],
      ['eventType.ne=CustomerDeleteEvent', true],
      ['eventType.like=Customer*Event', true],
      ['eventType=CustomerCreateEvent&event.customer.status=active', true],
      ['eventType=CustomerCreateEvent&event.customer.status=closed', false],
      ['event.customer.status=closed;event.customer.name=Moon', true],
      ['event.customer.relatedParty[role=owner,id=1]', true],
      ['event.customer.relatedParty[role=owner,id=2]', false],
      ['event.customer.name=~^M', true],
      ['event.customer.name.regex=^m', false],
      ['event.customer.loyalty.tier=gold', true],
      ['event.customer.statusReason.isnull=true', true],
      ['event.customer.href.endswith=/customer/c-1', true],
      ['event.customer.isnull=false', true],
      ['eventTime%3E2026-03-01T09:00:00Z', true],
      ['eventTime.gt=2026-03-01T10:00:00%2B01:00', true],
      ['eventTime.lt=2026-03-01', false],
      ['id=c-1', true],
      ['href.endswith=/c-1', true],
      ['fieldPath.contains=name', false]
    ] as const) {
      t.equal(wants(query, anEvent()), expected, query)
    }
    t.ok(wants('fieldPath.contains=name', anEvent('attributesChanged')))
    t.ok(wants('event.customer.name=Café', anEvent('created', 'customer', { ...aCustomer, name: 'Café' })), 'text beyond ASCII')
    t.ok(wants('event.customer.name=Caf%C3%A9', anEvent('created', 'customer', { ...aCustomer, name: 'Café' })))
  })

  t.test('a condition on one resource is none on another, negated or not', async t => {
    const organization = anEvent('created', 'organization', { id: 'c-1', '@type': 'Organization', tradingName: 'Moon' })
    for (const [query, individual, other] of [
      ['event.individual.status=validated', true, false],
      ['event.individual.status.ne=initialized', true, false],
      ['event.individual.status.ne=validated', false, false],
      ['event.individual.title.isnull=true', true, false],
      ['event.individual.status.isnull=false', true, false],
      ['event.individual.status=validated;event.organization.tradingName=Moon', true, true],
      ['event.individual.status.ne=x;event.organization.tradingName.ne=Moon', true, false],
      ['eventType.like=Org*', false, true],
      ['eventType.ne=IndividualCreateEvent', false, true]
    ] as const) {
      t.equal(wants(query, anIndividual(), 'TMF632_V4'), individual, `individual: ${query}`)
      t.equal(wants(query, organization, 'TMF632_V4'), other, `organization: ${query}`)
    }
  })

  t.test('a query that cannot be asked is refused, with the condition that is wrong', async t => {
    const refused = (query: string) => {
      try {
        notifications.parse('TMF629_V4', query)
        return undefined
      } catch (error) {
        if (!(error instanceof ApiError)) throw error
        const [{ code, parameter }] = error.faults
        return `${error.statusCode} ${code} ${parameter}`
      }
    }
    for (const [query, expected] of [
      ['eventType=CustomerCreatedEvent', '400 invalidValue eventType'],
      ['eventType.ne=IndividualCreateEvent', '400 invalidValue eventType'],
      ['event.individual.status=x', '400 unknownAttribute event.individual.status'],
      ['event.customer.nope=x', '400 unknownAttribute event.customer.nope'],
      ['status=x', '400 unknownAttribute status'],
      ['event.customer=x', '400 invalidValue event.customer'],
      ['eventTime.gt=yesterday', '400 invalidValue eventTime.gt'],
      ['event.customer.name.regex=(', '400 invalidValue event.customer.name.regex'],
      ['fields=nope', '400 unknownAttribute fields'],
      ['limit=1', '400 unknownParameter limit'],
      ['sort=eventTime', '400 unknownParameter sort'],
      ['filter=$', '400 unknownParameter filter'],
      ['eventType', '400 invalidValue eventType'],
      ['%zz=1', '400 invalidValue undefined'],
      ['a\u0000=1', '400 invalidValue undefined'],
      ['x'.repeat(9000), '400 invalidValue undefined']
    ] as const) {
      t.equal(refused(query), expected, query.slice(0, 60))
    }
  })

  t.test('a stored query that is not understood any more lets everything of its API through', async t => {
    t.ok(wants('event.customer.gone.extension=x', anEvent()))
    t.notOk(wants('event.customer.gone.extension=x', anIndividual()))
    t.strictSame(told(anEvent(), 'event.customer.gone=x&fields=title').event.customer.name, 'Moon')
  })
})
