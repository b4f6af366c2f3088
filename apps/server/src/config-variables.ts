import { apiBindings } from '@crm-lite/adapters-http'
import { attributeNames, extensionAttributes } from './attribute-settings.ts'
import {
  baseUrl,
  choice,
  databaseUrl,
  host,
  integer,
  networks,
  onOff,
  origins,
  path,
  secretKey,
  secretKeys,
  text,
  timeZone
} from './config-kinds.ts'
import type { ConfigVariable } from './config-variable.ts'
import { fmsVariables } from './fms-variables.ts'

/** Every setting but the paths of the APIs. The order is that of the documentation. */
export const configVariables = {
  mode: {
    name: 'CRM_MODE',
    ...choice('development', 'production'),
    default: 'production',
    description: 'Whether people or machines read what the server prints. `npm start` sets `development`.',
    since: '0.1.0'
  },
  host: {
    name: 'HOST',
    ...host,
    default: '127.0.0.1',
    description: 'The address to listen on. The server does not authenticate its clients yet: keep it away from open networks.',
    since: '0.1.0'
  },
  port: {
    name: 'PORT',
    ...integer(0, 65_535),
    default: '8080',
    description: 'The port to listen on; 0 takes a free one.',
    since: '0.1.0'
  },
  databaseUrl: {
    name: 'DATABASE_URL',
    ...databaseUrl,
    default: 'sqlite:./data/crm.db',
    description: 'Where the data is kept: `sqlite:<path>` or `postgres://user:password@host:5432/database`.',
    secret: true,
    since: '0.1.0'
  },
  databaseDurability: {
    name: 'DATABASE_DURABILITY',
    ...choice('required', 'asConfigured'),
    default: 'required',
    description:
      '`required` refuses to start on a PostgreSQL whose `fsync` or `synchronous_commit` is off; `asConfigured` accepts it.',
    since: '0.1.0'
  },
  publicBaseUrl: {
    name: 'PUBLIC_BASE_URL',
    ...baseUrl,
    defaultMeans: '`http://HOST:PORT`',
    description: 'What `href`, `Location` and `Link` begin with. Mandatory when `HOST` is a wildcard (`0.0.0.0`, `::`).',
    since: '0.1.0'
  },
  tmfBasePath: {
    name: 'TMF_BASE_PATH',
    ...path,
    default: '/tmf-api',
    description: 'The path below which every API is served that has no path of its own.',
    since: '0.1.0'
  },
  logLevel: {
    name: 'LOG_LEVEL',
    ...choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
    description: 'The least severe log lines to write.',
    since: '0.1.0'
  },
  corsOrigins: {
    name: 'CORS_ORIGINS',
    ...origins,
    default: '',
    defaultMeans: 'none',
    description: 'The origins of web pages that may call the API from a browser, separated by commas.',
    since: '0.1.0'
  },
  partialContent: {
    name: 'PARTIAL_CONTENT',
    ...onOff,
    default: 'on',
    description: 'Whether a page that the client asked for and that is not the whole list is answered with 206 instead of 200.',
    since: '0.1.0'
  },
  scanBudgetMs: {
    name: 'SCAN_BUDGET_MS',
    ...integer(1, 3_600_000),
    default: '5000',
    description: 'How long, in milliseconds, a list may take that no index serves before it is stopped and answered with 503.',
    since: '0.1.0'
  },
  maxScans: {
    name: 'MAX_SCANS',
    ...integer(1, 100),
    default: '2',
    description:
      'How many lists that no index serves may run at once; more wait for a second at most and are then answered with 503 and `Retry-After`.',
    since: '0.1.0'
  },
  indexedAttributes: {
    name: 'INDEXED_ATTRIBUTES',
    ...attributeNames,
    default: '',
    defaultMeans: 'none',
    description: 'Further single-valued attributes to index for filters: `customer:statusReason,individual:birthDate`.',
    since: '0.1.0'
  },
  extensionAttributes: {
    name: 'EXTENSION_ATTRIBUTES',
    ...extensionAttributes,
    default: '',
    defaultMeans: 'none',
    description: 'Attributes beyond the standard that lists can be filtered by: `customer:loyaltyTier=string`.',
    since: '0.1.0'
  },
  requestTimeoutMs: {
    name: 'REQUEST_TIMEOUT_MS',
    ...integer(100, 3_600_000),
    default: '30000',
    description: 'How long, in milliseconds, a client may take to send a whole request.',
    since: '0.1.0'
  },
  headersTimeoutMs: {
    name: 'HEADERS_TIMEOUT_MS',
    ...integer(100, 3_600_000),
    default: '10000',
    description: 'How long, in milliseconds, a client may take to send the headers of a request.',
    since: '0.1.0'
  },
  keepAliveTimeoutMs: {
    name: 'KEEP_ALIVE_TIMEOUT_MS',
    ...integer(1, 3_600_000),
    default: '72000',
    description:
      'How long, in milliseconds, a connection is kept between two requests; more than a load balancer in front keeps it.',
    since: '0.1.0'
  },
  shutdownTimeoutMs: {
    name: 'SHUTDOWN_TIMEOUT_MS',
    ...integer(0, 600_000),
    default: '10000',
    description: 'How long, in milliseconds, requests under way may still take when the server is told to stop.',
    since: '0.1.0'
  },
  secretKey: {
    name: 'SECRET_KEY',
    ...secretKey,
    defaultMeans: 'in development made beside the database; mandatory in production',
    description: 'What the secrets of subscriptions are encrypted with. The same for everything that shares a database.',
    secret: true,
    since: '0.1.0'
  },
  previousSecretKeys: {
    name: 'PREVIOUS_SECRET_KEYS',
    ...secretKeys,
    default: '',
    defaultMeans: 'none',
    description: 'Keys that were `SECRET_KEY` before and still open what they encrypted, separated by commas.',
    secret: true,
    since: '0.1.0'
  },
  orderAcceptance: {
    name: 'ORDER_ACCEPTANCE',
    ...choice('automatic', 'manual'),
    defaultMeans: '`automatic` in development, `manual` in production',
    description:
      'Who accepts orders: `automatic`, a worker does, right after they were placed; `manual`, somebody moves them to `inProgress`.',
    since: '0.1.0'
  },
  trackingLink: {
    name: 'TRACKING_LINK',
    ...choice('none', 'header'),
    default: 'none',
    description:
      'Whether who places an order gets the address of its tracker with the answer, as `Link: <...>; rel="tracking"`. Otherwise it is made on demand.',
    since: '0.1.0'
  },
  trackingTokenDays: {
    name: 'TRACKING_TOKEN_DAYS',
    ...integer(1, 3_650),
    default: '90',
    description: 'How many days such an address is good for.',
    since: '0.1.0'
  },
  trackingBrand: {
    name: 'TRACKING_BRAND',
    ...text,
    default: '',
    defaultMeans: 'none',
    description: 'The name at the top of the tracker: that of whoever the customer has ordered from.',
    since: '0.1.0'
  },
  trackingTimeZone: {
    name: 'TRACKING_TIME_ZONE',
    ...timeZone,
    default: 'UTC',
    description: 'The time zone that the tracker tells dates in: that of the customers.',
    since: '0.1.0'
  },
  workers: {
    name: 'WORKERS',
    ...choice('inProcess', 'off'),
    default: 'inProcess',
    description:
      'Whether the server delivers events and does what becomes due itself, or leaves that to `crm worker` processes (PostgreSQL only).',
    since: '0.1.0'
  },
  callbackAllowedCidrs: {
    name: 'CALLBACK_ALLOWED_CIDRS',
    ...networks,
    default: '',
    defaultMeans: 'none',
    description: 'Networks that events may be delivered to although they are not public: `10.20.0.0/16,fd00:20::/32`.',
    since: '0.1.0'
  },
  deliveryTimeoutMs: {
    name: 'DELIVERY_TIMEOUT_MS',
    ...integer(100, 600_000),
    default: '15000',
    description: 'How long, in milliseconds, one attempt to deliver an event may take, from the name to the end of the answer.',
    since: '0.1.0'
  },
  deliveryConcurrency: {
    name: 'DELIVERY_CONCURRENCY',
    ...integer(1, 10_000),
    default: '256',
    description: 'How many events a process delivers at the same time.',
    since: '0.1.0'
  },
  deliveryConcurrencyPerSubscription: {
    name: 'DELIVERY_CONCURRENCY_PER_SUBSCRIPTION',
    ...integer(1, 1_000),
    default: '16',
    description: 'How many of those may be for one subscription.',
    since: '0.1.0'
  },
  leaseMs: {
    name: 'LEASE_MS',
    ...integer(500, 3_600_000),
    default: '30000',
    description:
      'How long, in milliseconds, what a process that died was doing stays with it before another one takes it: deliveries, due work.',
    since: '0.1.0'
  },
  eventRetentionDays: {
    name: 'EVENT_RETENTION_DAYS',
    ...integer(1, 3_650),
    default: '30',
    description: 'How long events can be read and replayed.',
    since: '0.1.0'
  },
  deliveredRetentionHours: {
    name: 'DELIVERED_RETENTION_HOURS',
    ...integer(1, 87_600),
    default: '24',
    description: 'How long it is remembered that an event was delivered which did not arrive at the first attempt.',
    since: '0.1.0'
  },
  ...fmsVariables,
  commit: {
    name: 'CRM_COMMIT',
    ...text,
    defaultMeans: 'not shown',
    description: 'The source commit that `/version` names, set by whoever builds an image.',
    since: '0.1.0'
  }
} as const satisfies Record<string, ConfigVariable>

/** One setting per API: the whole path where it is served instead of below `TMF_BASE_PATH`. */
export const apiPathVariables: readonly (ConfigVariable<string> & { readonly apiKey: string })[] = apiBindings.map(binding => ({
  name: `${binding.key}_PATH`,
  apiKey: binding.key,
  ...path,
  defaultMeans: `\`TMF_BASE_PATH/${binding.path}\``,
  description: `The whole path of ${binding.title} ${binding.version}, instead of below \`TMF_BASE_PATH\`.`,
  since: '0.1.0'
}))

export const allVariables: readonly ConfigVariable[] = [...Object.values(configVariables), ...apiPathVariables]
