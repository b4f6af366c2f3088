import { readFileSync } from 'node:fs'
import { resourceDefinitions } from '@crm-lite/domain'
import t from 'tap'
import { type Config, type Environment, readConfig } from './config.ts'
import type { ConfigVariable } from './config-variable.ts'
import { allVariables } from './config-variables.ts'
import { maskedDatabaseUrl } from './database-name.ts'
import { addressOf, httpUrl } from './network-address.ts'
import { selfSigned } from './testing/certificate.ts'

const files: Record<string, string> = {
  '/run/secrets/url': 'postgres://crm:from-file@db/crm\n',
  '/run/secrets/empty': '\n',
  '/run/secrets/odd': 'mysql://canary-user:canary-password@db/crm'
}
const readFile = (path: string) => {
  const text = files[path]
  if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
  return text
}

const ours = selfSigned('crm')
const theirs = selfSigned('canary')
const KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='

function configOf(env: Environment): Config {
  const result = readConfig(env, readFile)
  if ('faults' in result) throw new Error(result.faults.join('\n'))
  return result.config
}

function faultsOf(env: Environment): readonly string[] {
  const result = readConfig(env, readFile)
  return 'faults' in result ? result.faults : []
}

t.test('without any variable the defaults hold', async t => {
  t.match(configOf({}), {
    mode: 'production',
    host: '127.0.0.1',
    port: 8080,
    databaseUrl: 'sqlite:./data/crm.db',
    databaseDurability: 'required',
    publicBaseUrl: undefined,
    tmfBasePath: '/tmf-api',
    apiPaths: {},
    logLevel: 'info',
    corsOrigins: [],
    partialContent: true,
    scanBudgetMs: 5000,
    maxScans: 2,
    extraIndexes: {},
    extensions: {},
    shutdownTimeoutMs: 10_000,
    secretKey: undefined,
    previousSecretKeys: [],
    workers: 'inProcess',
    callbackAllowedCidrs: [],
    deliveryTimeoutMs: 15_000,
    leaseMs: 30_000,
    eventRetentionDays: 30
  })
})

t.test('every variable is read', async t => {
  const config = configOf({
    CRM_MODE: 'development',
    HOST: '::',
    PORT: '0',
    DATABASE_URL: 'postgres://crm:secret@db:5432/crm',
    DATABASE_DURABILITY: 'asConfigured',
    PUBLIC_BASE_URL: 'https://crm.example.com/bss',
    TMF_BASE_PATH: '/apis',
    TMF629_V4_PATH: '/CRM_MS/tmforum',
    LOG_LEVEL: 'debug',
    CORS_ORIGINS: 'https://a.example.com, http://localhost:5173',
    PARTIAL_CONTENT: 'off',
    SCAN_BUDGET_MS: '100',
    MAX_SCANS: '1',
    REQUEST_TIMEOUT_MS: '1000',
    HEADERS_TIMEOUT_MS: '900',
    KEEP_ALIVE_TIMEOUT_MS: '800',
    SHUTDOWN_TIMEOUT_MS: '700',
    SECRET_KEY: KEY,
    PREVIOUS_SECRET_KEYS: `${'0f'.repeat(32)}, ${KEY}`,
    WORKERS: 'off',
    CALLBACK_ALLOWED_CIDRS: '10.20.0.0/16, fd00:20::/32',
    DELIVERY_TIMEOUT_MS: '600',
    DELIVERY_CONCURRENCY: '20',
    DELIVERY_CONCURRENCY_PER_SUBSCRIPTION: '2',
    LEASE_MS: '500',
    EVENT_RETENTION_DAYS: '7',
    DELIVERED_RETENTION_HOURS: '1',
    CRM_COMMIT: 'abc'
  })
  t.match(config, {
    mode: 'development',
    host: '::',
    port: 0,
    databaseUrl: 'postgres://crm:secret@db:5432/crm',
    databaseDurability: 'asConfigured',
    publicBaseUrl: 'https://crm.example.com/bss',
    tmfBasePath: '/apis',
    apiPaths: { TMF629_V4: '/CRM_MS/tmforum' },
    logLevel: 'debug',
    corsOrigins: ['https://a.example.com', 'http://localhost:5173'],
    partialContent: false,
    scanBudgetMs: 100,
    maxScans: 1,
    requestTimeoutMs: 1000,
    headersTimeoutMs: 900,
    keepAliveTimeoutMs: 800,
    shutdownTimeoutMs: 700,
    secretKey: KEY,
    previousSecretKeys: ['0f'.repeat(32), KEY],
    workers: 'off',
    callbackAllowedCidrs: ['10.20.0.0/16', 'fd00:20::/32'],
    deliveryTimeoutMs: 600,
    deliveryConcurrency: 20,
    deliveryConcurrencyPerSubscription: 2,
    leaseMs: 500,
    eventRetentionDays: 7,
    deliveredRetentionHours: 1,
    commit: 'abc'
  })
  t.equal(configOf({ PORT: '' }).port, 8080, 'set to nothing is not set')
})

t.test('there is an FMS where one is named, and in development a simulator', async t => {
  t.equal(configOf({}).fms, undefined, 'in production nothing is made up')
  t.equal(configOf({ CRM_MODE: 'development', FMS_SIMULATOR: 'off' }).fms, undefined)
  t.match(configOf({ CRM_MODE: 'development' }).fms, {
    url: undefined,
    timeoutSeconds: 5,
    settleSeconds: 3,
    simulatorPort: undefined
  })
  t.match(configOf({ CRM_MODE: 'development', FMS_URL: 'https://fms.example' }).fms, { url: 'https://fms.example' })
  t.match(configOf({ FMS_URL: 'https://fms.example' }).fms, {
    url: 'https://fms.example',
    version: 'v4',
    path: undefined,
    headers: {},
    token: undefined,
    oauth: undefined,
    tls: {},
    lookUp: { by: 'externalId' },
    timeoutSeconds: 15,
    callTimeoutSeconds: {},
    settleSeconds: 30,
    maxConcurrent: 16,
    callbacks: 'subscribe',
    callbackSecret: undefined
  })
})

t.test('every setting of the FMS is read', async t => {
  const { fms } = configOf({
    FMS_URL: 'https://fms.example/base',
    FMS_VERSION: 'v3',
    FMS_PATH: '/serviceOrdering',
    FMS_HEADERS: '{"x-tenant":"retail"}',
    FMS_OAUTH_TOKEN_URL: 'https://login.example/token',
    FMS_OAUTH_CLIENT_ID: 'crm',
    FMS_OAUTH_CLIENT_SECRET: 'secret',
    FMS_OAUTH_SCOPE: 'orders',
    FMS_OAUTH_AUDIENCE: 'fms',
    FMS_OAUTH_SEND_AS: 'body',
    FMS_TLS_CA: `of ours\n${theirs.certificate}${ours.certificate}`,
    FMS_TLS_CERTIFICATE: ours.certificate,
    FMS_TLS_KEY: ours.key,
    FMS_LOOK_UP: 'listing',
    FMS_LOOK_UP_PAGE_SIZE: '20',
    FMS_LOOK_UP_MAX_PAGES: '500',
    FMS_LOOK_UP_SORT: '-orderDate',
    FMS_TIMEOUT_SECONDS: '2.5',
    FMS_CALL_TIMEOUTS: 'create=60, list=0.5',
    FMS_SETTLE_SECONDS: '0.25',
    FMS_MAX_CONCURRENT: '3',
    FMS_PROBE_SECONDS: '4',
    FMS_RETRY_MIN_SECONDS: '0.1',
    FMS_RETRY_MAX_SECONDS: '60',
    FMS_GIVE_UP_HOURS: '0.5',
    FMS_POLL_MIN_SECONDS: '0.2',
    FMS_POLL_MAX_SECONDS: '30',
    FMS_CALLBACKS: 'byHand',
    FMS_CALLBACK_SECRET: 'aaaaaaaaaaaaaaaaaaaaaaaa'
  })
  t.match(fms, {
    url: 'https://fms.example/base',
    version: 'v3',
    path: '/serviceOrdering',
    headers: { 'x-tenant': 'retail' },
    oauth: { tokenUrl: 'https://login.example/token', clientId: 'crm', scope: 'orders', audience: 'fms', sendAs: 'body' },
    tls: { certificateAuthorities: [/of ours/], clientCertificate: ours },
    lookUp: { by: 'listing', pageSize: 20, maxPages: 500, query: { sort: '-orderDate' } },
    timeoutSeconds: 2.5,
    callTimeoutSeconds: { create: 60, list: 0.5 },
    settleSeconds: 0.25,
    maxConcurrent: 3,
    probeSeconds: 4,
    retrySeconds: { min: 0.1, max: 60 },
    giveUpHours: 0.5,
    pollSeconds: { min: 0.2, max: 30 },
    callbacks: 'byHand',
    callbackSecret: 'aaaaaaaaaaaaaaaaaaaaaaaa'
  })
  t.equal(fms?.oauth?.clientSecret(), 'secret')
  const byFilter = { FMS_LOOK_UP_PARAMETER: 'extId', FMS_LOOK_UP_NOT_FOUND: 'none' }
  t.same(configOf({ FMS_URL: 'https://fms.example', ...byFilter }).fms?.lookUp, {
    by: 'externalId',
    parameter: 'extId',
    notFoundMeansNone: true
  })
  t.same(configOf({ FMS_URL: 'https://fms.example', FMS_LOOK_UP_NOT_FOUND: 'failure' }).fms?.lookUp, { by: 'externalId' })
  t.match(configOf({ CRM_MODE: 'development', FMS_SIMULATOR: 'on', FMS_SIMULATOR_PORT: '8641' }).fms, { simulatorPort: 8641 })
})

t.test('secrets of the FMS may stand in files; those that are asked for again and again are read again each time', async t => {
  let secret = 'first'
  const files: Record<string, () => string> = {
    '/run/secrets/changing': () => `${secret}\n`,
    '/run/secrets/headers': () => '{"x-tenant":"retail"}\r\n',
    '/run/secrets/callback': () => `${'c'.repeat(24)}\n`,
    '/run/secrets/certificate': () => ours.certificate,
    '/run/secrets/key': () => ours.key
  }
  const fmsOf = (env: Environment) => {
    const result = readConfig({ FMS_URL: 'https://fms.example', ...env }, path => files[path]!())
    if ('faults' in result) throw new Error(result.faults.join('\n'))
    return result.config.fms
  }
  const { token } = fmsOf({ FMS_TOKEN_FILE: '/run/secrets/changing' })!
  const { oauth } = fmsOf({
    FMS_OAUTH_TOKEN_URL: 'https://login.example/token',
    FMS_OAUTH_CLIENT_ID: 'crm',
    FMS_OAUTH_CLIENT_SECRET_FILE: '/run/secrets/changing'
  })!
  for (const each of ['first', 'second']) {
    secret = each
    t.equal(token?.(), each)
    t.equal(oauth?.clientSecret(), each)
  }
  t.same(fmsOf({ FMS_HEADERS_FILE: '/run/secrets/headers' })?.headers, { 'x-tenant': 'retail' })
  t.equal(fmsOf({ FMS_CALLBACK_SECRET_FILE: '/run/secrets/callback' })?.callbackSecret, 'c'.repeat(24))
  const tls = {
    FMS_TLS_CA_FILE: '/run/secrets/certificate',
    FMS_TLS_CERTIFICATE_FILE: '/run/secrets/certificate',
    FMS_TLS_KEY_FILE: '/run/secrets/key'
  }
  const certificate = ours.certificate.trimEnd()
  t.same(fmsOf(tls)?.tls, {
    certificateAuthorities: [certificate],
    clientCertificate: { certificate, key: ours.key.trimEnd() }
  })
})

t.test('indexes and extension attributes are looked up in the schemas', async t => {
  const config = configOf({
    INDEXED_ATTRIBUTES:
      'customer:statusReason, individual:birthDate,customer:name,customer:validFor.endDateTime,customer:loyaltyTier,customer:statusReason',
    EXTENSION_ATTRIBUTES: 'customer:loyaltyTier=string,customer:visits=number'
  })
  t.same(config.extensions, { customer: { loyaltyTier: 'string', visits: 'number' } })
  t.same(config.extraIndexes, {
    customer: [
      { name: 'x_status_reason', path: 'statusReason', type: 'string', many: false },
      { name: 'x_valid_for_end_date_time', path: 'validFor.endDateTime', type: 'dateTime', many: false },
      { name: 'x_loyalty_tier', path: 'loyaltyTier', type: 'string', many: false }
    ],
    individual: [{ name: 'x_birth_date', path: 'birthDate', type: 'dateTime', many: false }]
  })
  const long = configOf({ INDEXED_ATTRIBUTES: 'organization:organizationParentRelationship.organization.name' })
  t.match(long.extraIndexes['organization']?.[0]?.name, /^x_[a-z_]{22}_[0-9a-f]{7}$/, 'long names are cut, and stay apart')
})

const oneFault: readonly (readonly [Environment, string | RegExp])[] = [
  [{ CRM_MODE: 'prod' }, 'CRM_MODE must be one of development, production'],
  [{ HOST: 'a host' }, 'HOST must be a host name or an IP address'],
  [{ PORT: '70000' }, 'PORT must be an integer from 0 to 65535'],
  [{ PORT: '80 ' }, 'PORT must be an integer from 0 to 65535'],
  [{ PORT: '0x50' }, 'PORT must be an integer from 0 to 65535'],
  [{ DATABASE_URL: 'mysql://root:canary@db/crm' }, 'DATABASE_URL must start with sqlite: or postgres://'],
  [{ DATABASE_URL: 'sqlite:' }, 'DATABASE_URL must start with sqlite: or postgres://'],
  [{ DATABASE_URL: 'postgres://crm:canary/#?@db/crm' }, /^DATABASE_URL is not a valid URL/],
  [{ DATABASE_URL_FILE: '/run/secrets/odd' }, 'DATABASE_URL must start with sqlite: or postgres://'],
  [
    { DATABASE_URL_FILE: '/run/secrets/none' },
    /^DATABASE_URL cannot be read from the file that DATABASE_URL_FILE names \(ENOENT\)/
  ],
  [{ DATABASE_URL_FILE: '/run/secrets/empty' }, /it is empty/],
  [{ DATABASE_URL: 'sqlite:a.db', DATABASE_URL_FILE: '/run/secrets/url' }, /both set/],
  [{ PUBLIC_BASE_URL: 'crm.example.com' }, /^PUBLIC_BASE_URL must be an http/],
  [{ PUBLIC_BASE_URL: 'ftp://crm.example.com' }, /^PUBLIC_BASE_URL must be an http/],
  [{ PUBLIC_BASE_URL: 'https://crm.example.com/' }, 'PUBLIC_BASE_URL must not end with a slash'],
  [{ PUBLIC_BASE_URL: 'https://u:p@crm.example.com' }, /^PUBLIC_BASE_URL must hold no user/],
  [{ HOST: '0.0.0.0' }, /^PUBLIC_BASE_URL must be set when HOST is a wildcard/],
  [{ HOST: '::' }, /^PUBLIC_BASE_URL must be set when HOST is a wildcard/],
  [{ TMF_BASE_PATH: 'tmf-api' }, /^TMF_BASE_PATH must start with a slash/],
  [{ TMF_BASE_PATH: '/tmf-api/' }, /^TMF_BASE_PATH must start with a slash/],
  [{ TMF632_V4_PATH: '/a/../b' }, 'TMF632_V4_PATH must not hold "." or ".."'],
  [{ LOG_LEVEL: 'verbose' }, /^LOG_LEVEL must be one of/],
  [{ CORS_ORIGINS: '*' }, /^CORS_ORIGINS must be a comma-separated list of origins/],
  [{ CORS_ORIGINS: 'https://a.example.com/' }, /^CORS_ORIGINS must be/],
  [{ PARTIAL_CONTENT: 'true' }, 'PARTIAL_CONTENT must be on or off'],
  [{ SECRET_KEY: 'canary' }, /^SECRET_KEY must be 32 random bytes/],
  [{ PREVIOUS_SECRET_KEYS: `${KEY},canary` }, /^PREVIOUS_SECRET_KEYS must be 32 random bytes/],
  [{ WORKERS: 'on' }, 'WORKERS must be one of inProcess, off'],
  [{ CALLBACK_ALLOWED_CIDRS: '10.20.0.0' }, /^CALLBACK_ALLOWED_CIDRS must be a comma-separated list of networks/],
  [{ CALLBACK_ALLOWED_CIDRS: '10.20.0.0/33' }, /^CALLBACK_ALLOWED_CIDRS must be/],
  [{ CALLBACK_ALLOWED_CIDRS: 'internal/8' }, /^CALLBACK_ALLOWED_CIDRS must be/],
  [{ SCAN_BUDGET_MS: '0' }, /^SCAN_BUDGET_MS must be an integer/],
  [{ INDEXED_ATTRIBUTES: 'statusReason' }, /^INDEXED_ATTRIBUTES must be a comma-separated list/],
  [
    { INDEXED_ATTRIBUTES: 'customers:name' },
    'INDEXED_ATTRIBUTES names the resource customers; there are customer, individual, organization'
  ],
  [{ INDEXED_ATTRIBUTES: 'customer:nickname' }, /names customer:nickname, which is not an attribute of customer/],
  [{ INDEXED_ATTRIBUTES: 'customer:constructor' }, /which is not an attribute of customer/],
  [{ INDEXED_ATTRIBUTES: 'customer:characteristic.name' }, /which has many values: only single values can be indexed/],
  [{ INDEXED_ATTRIBUTES: 'customer:validFor' }, /which is not a text, a number, a boolean or a date-time/],
  [{ EXTENSION_ATTRIBUTES: 'customer:loyaltyTier' }, /^EXTENSION_ATTRIBUTES must be a comma-separated list/],
  [{ EXTENSION_ATTRIBUTES: 'customer:loyaltyTier=text' }, /^EXTENSION_ATTRIBUTES must be a comma-separated list/],
  [{ EXTENSION_ATTRIBUTES: 'customer:name=string' }, /names customer:name, which is an attribute of the standard already/],
  [{ EXTENSION_ATTRIBUTES: 'customer:a=string,customer:a=number' }, 'EXTENSION_ATTRIBUTES names customer:a twice'],
  [{ FMS_URL: 'https://crm:canary@fms.example' }, /^FMS_URL must hold no user/],
  [{ FMS_HEADERS: '["canary"]' }, /^FMS_HEADERS must be a JSON object of texts/],
  [{ FMS_HEADERS: '{"x-canary' }, /^FMS_HEADERS must be a JSON object of texts/],
  [{ FMS_HEADERS: '{"x-a":1}' }, /^FMS_HEADERS must be a JSON object of texts/],
  [{ FMS_HEADERS: '{"x a":"canary"}' }, 'FMS_HEADERS holds a name that no header may have'],
  [{ FMS_HEADERS: '{"Host":"canary"}' }, 'FMS_HEADERS must not hold Host: it is set by the server'],
  [{ FMS_HEADERS: '{"x-a":"canary\\n"}' }, 'FMS_HEADERS holds a character in x-a that no header may have'],
  [{ FMS_TOKEN: 'canary', FMS_HEADERS: '{"Authorization":"canary"}' }, /^FMS_HEADERS must not hold authorization/],
  [{ FMS_OAUTH_CLIENT_ID: 'crm' }, /^FMS_OAUTH_TOKEN_URL must be set when/],
  [{ FMS_OAUTH_SEND_AS: 'body' }, /^FMS_OAUTH_TOKEN_URL must be set when/],
  [{ FMS_OAUTH_SCOPE: 'orders' }, /^FMS_OAUTH_TOKEN_URL must be set when/],
  [
    { FMS_OAUTH_TOKEN_URL: 'https://l.example', FMS_OAUTH_CLIENT_ID: 'crm', FMS_OAUTH_CLIENT_SECRET_FILE: '/none' },
    /^FMS_OAUTH_CLIENT_SECRET cannot be read/
  ],
  [{ FMS_HEADERS: '{}', FMS_HEADERS_FILE: '/run/secrets/odd' }, /^FMS_HEADERS and FMS_HEADERS_FILE are both set/],
  [{ FMS_CALLBACK_SECRET_FILE: '/run/secrets/odd' }, /^FMS_CALLBACK_SECRET must be 22 to 200 letters/],
  [{ FMS_OAUTH_TOKEN_URL: 'https://l.example', FMS_OAUTH_CLIENT_SECRET: 'canary' }, /^FMS_OAUTH_CLIENT_ID must be set/],
  [{ FMS_OAUTH_TOKEN_URL: 'https://l.example', FMS_OAUTH_CLIENT_ID: 'crm' }, /^FMS_OAUTH_CLIENT_SECRET must be set/],
  [
    {
      FMS_TOKEN: 'canary',
      FMS_OAUTH_TOKEN_URL: 'https://l.example',
      FMS_OAUTH_CLIENT_ID: 'crm',
      FMS_OAUTH_CLIENT_SECRET: 'canary'
    },
    'FMS_TOKEN and FMS_OAUTH_TOKEN_URL are both set: only one can count'
  ],
  [{ FMS_TLS_CA: 'canary' }, 'FMS_TLS_CA must be one certificate or more in PEM form'],
  [{ FMS_TLS_CA: ours.certificate.replace('MII', 'MIX') }, 'FMS_TLS_CA must be one certificate or more in PEM form'],
  [{ FMS_TLS_CERTIFICATE: theirs.certificate }, 'FMS_TLS_KEY must be set when FMS_TLS_CERTIFICATE is'],
  [{ FMS_TLS_KEY: theirs.key }, 'FMS_TLS_CERTIFICATE must be set when FMS_TLS_KEY is'],
  [{ FMS_TLS_CERTIFICATE: ours.certificate, FMS_TLS_KEY: 'canary' }, /^FMS_TLS_KEY must be a private key/],
  [{ FMS_TLS_KEY: 'canary' }, 'FMS_TLS_KEY must be a private key in PEM form, without a passphrase'],
  [{ FMS_TLS_CERTIFICATE: theirs.certificate, FMS_TLS_KEY: ours.key }, 'FMS_TLS_KEY is not the key of FMS_TLS_CERTIFICATE'],
  [{ FMS_URL: 'http://fms.example', FMS_TLS_CA: ours.certificate }, /mean nothing unless FMS_URL is https$/],
  [{ FMS_LOOK_UP: 'name' }, 'FMS_LOOK_UP must be one of externalId, listing, none'],
  [{ FMS_LOOK_UP_PAGE_SIZE: '20' }, 'FMS_LOOK_UP_PAGE_SIZE means nothing unless FMS_LOOK_UP is listing'],
  [{ FMS_LOOK_UP_MAX_PAGES: '20' }, 'FMS_LOOK_UP_MAX_PAGES means nothing unless FMS_LOOK_UP is listing'],
  [{ FMS_LOOK_UP_SORT: 'id', FMS_LOOK_UP: 'none' }, 'FMS_LOOK_UP_SORT means nothing unless FMS_LOOK_UP is listing'],
  [
    { FMS_LOOK_UP_PARAMETER: 'extId', FMS_LOOK_UP: 'listing' },
    'FMS_LOOK_UP_PARAMETER means nothing unless FMS_LOOK_UP is externalId'
  ],
  [
    { FMS_LOOK_UP_NOT_FOUND: 'none', FMS_LOOK_UP: 'listing' },
    'FMS_LOOK_UP_NOT_FOUND means nothing unless FMS_LOOK_UP is externalId'
  ],
  [{ FMS_LOOK_UP_PARAMETER: 'a=b' }, /^FMS_LOOK_UP_PARAMETER must be 1 to 100 letters/],
  [{ FMS_LOOK_UP: 'listing', FMS_LOOK_UP_PAGE_SIZE: '1' }, 'FMS_LOOK_UP_PAGE_SIZE must be an integer from 2 to 1000'],
  [{ FMS_CALL_TIMEOUTS: 'creates=5' }, /^FMS_CALL_TIMEOUTS must be a comma-separated list.* create, get, list, /],
  [{ FMS_CALL_TIMEOUTS: 'create=5=6' }, /^FMS_CALL_TIMEOUTS must be a comma-separated list/],
  [{ FMS_CALL_TIMEOUTS: 'create=0' }, 'FMS_CALL_TIMEOUTS holds a time for create that must be seconds from 0.1 to 300'],
  [{ FMS_CALL_TIMEOUTS: 'get=5,get=6' }, 'FMS_CALL_TIMEOUTS names a call twice'],
  [{ FMS_TIMEOUT_SECONDS: '0' }, 'FMS_TIMEOUT_SECONDS must be seconds from 0.1 to 300'],
  [{ FMS_TIMEOUT_SECONDS: '1e1' }, /^FMS_TIMEOUT_SECONDS must be seconds/],
  [{ FMS_POLL_MIN_SECONDS: '700' }, 'FMS_POLL_MIN_SECONDS must not be more than FMS_POLL_MAX_SECONDS'],
  [{ FMS_RETRY_MAX_SECONDS: '0.5' }, 'FMS_RETRY_MIN_SECONDS must not be more than FMS_RETRY_MAX_SECONDS'],
  [{ FMS_CALLBACK_SECRET: 'canary' }, /^FMS_CALLBACK_SECRET must be 22 to 200 letters/],
  [{ FMS_SIMULATOR: 'on' }, /^FMS_SIMULATOR must not be on in production/],
  [
    { CRM_MODE: 'development', FMS_SIMULATOR: 'on', FMS_URL: 'https://fms.example' },
    'FMS_SIMULATOR and FMS_URL are both set: there can be only one FMS'
  ]
]

for (const [env, expected] of oneFault) {
  // Certificates and keys are others each time.
  const shown = JSON.stringify(env).replaceAll(/-----BEGIN.*?"/g, '..."')
  t.test(`one fault for ${shown}`, async t => {
    const faults = faultsOf(env)
    t.equal(faults.length, 1)
    t.match(faults[0], expected)
    t.notMatch(faults[0], /canary|\n/, 'one line, no secret')
  })
}

t.test('all faults are told at once', async t => {
  const faults = faultsOf({ PORT: 'x', LOG_LEVEL: 'x', DATABASE_URL: 'x', HOST: '0.0.0.0', INDEXED_ATTRIBUTES: 'x:y' })
  t.same(faults.map(fault => fault.split(' ')[0]).sort(), [
    'DATABASE_URL',
    'INDEXED_ATTRIBUTES',
    'LOG_LEVEL',
    'PORT',
    'PUBLIC_BASE_URL'
  ])
})

t.test('a secret may stand in a file', async t => {
  t.equal(configOf({ DATABASE_URL_FILE: '/run/secrets/url' }).databaseUrl, 'postgres://crm:from-file@db/crm')
})

t.test('a variable that looks like ours but is unknown is named, without its value', async t => {
  const result = readConfig(
    { CRM_MOED: 'canary', TMF629_V5_PATH: '/x', DATABASE_PASSWORD: 'canary', PATH: '/bin', TMF_SPEC_DIR: '/s' },
    readFile
  )
  t.same(result.warnings, [
    'CRM_MOED is not a setting of this version and is ignored',
    'DATABASE_PASSWORD is not a setting of this version and is ignored',
    'TMF629_V5_PATH is not a setting of this version and is ignored'
  ])
})

t.test('database URLs are shown without what is secret', async t => {
  t.equal(maskedDatabaseUrl('sqlite:./data/crm.db'), 'sqlite:./data/crm.db')
  t.equal(
    maskedDatabaseUrl('postgres://crm:canary@db/crm?sslmode=require&password=canary'),
    'postgres://crm:***@db/crm?sslmode=require&password=***'
  )
})

t.test('hosts are seen for what they are', async t => {
  const kinds = {
    '0.0.0.0': 'wildcard',
    '::': 'wildcard',
    '0': 'wildcard',
    '::0': 'wildcard',
    '::ffff:0.0.0.0': 'wildcard',
    '127.0.0.2': 'loopback',
    '::1': 'loopback',
    localhost: 'loopback',
    '10.0.0.1': 'other',
    'crm.internal': 'other'
  }
  for (const [host, kind] of Object.entries(kinds)) t.equal(addressOf(host), kind, host)
  t.equal(httpUrl('::1', 80), 'http://[::1]:80')
})

const documentationUrl = new URL('../../../docs/configuration.md', import.meta.url)

t.test('the documentation lists exactly the variables there are', async t => {
  const rows = readFileSync(documentationUrl, 'utf8')
    .split('\n')
    .filter(line => / \| \d+\.\d+\.\d+ \|$/.test(line))
  t.same(rows, allVariables.map(documentedRow))
})

function documentedRow(variable: ConfigVariable): string {
  const name = variable.secret ? `\`${variable.name}\`, \`${variable.name}_FILE\`` : `\`${variable.name}\``
  const byDefault = variable.defaultMeans ?? `\`${variable.default}\``
  return `| ${name} | ${variable.type} | ${byDefault} | ${variable.description} | ${variable.since} |`
}

t.test('the documentation lists exactly the attributes that are indexed', async t => {
  const lines = readFileSync(documentationUrl, 'utf8').split('\n')
  for (const { name, indexed } of resourceDefinitions) {
    const paths = (many: boolean) => indexed.filter(each => each.many === many).map(each => `\`${each.path}\``)
    const row = `| \`${name}\` | ${['`id`', ...paths(false)].join(', ')} | ${paths(true).join(', ')} |`
    t.ok(lines.includes(row), row)
  }
})
