import { baseUrl, choice, duration, headers, integer, onOff, path, pathSecret, text } from './config-kinds.ts'
import type { ConfigVariable } from './config-variable.ts'
import { callSeconds, certificates, parameterName, privateKey } from './fms-kinds.ts'

/** How to work with the fulfilment management system. docs/fms-integration.md says more. */
export const fmsVariables = {
  fmsUrl: {
    name: 'FMS_URL',
    ...baseUrl,
    defaultMeans: 'in development the simulator; in production there is no FMS',
    description: 'Where the fulfilment management system (FMS) is. Without one, orders are worked on by hand.',
    since: '0.1.0'
  },
  fmsVersion: {
    name: 'FMS_VERSION',
    ...choice('v4', 'v3'),
    default: 'v4',
    description: 'The version of TMF641 that the FMS speaks: 4.1, or the older 3.',
    since: '0.1.0'
  },
  fmsPath: {
    name: 'FMS_PATH',
    ...path,
    defaultMeans: '`/tmf-api/serviceOrdering/` and the version',
    description: 'The path of the API of the FMS, behind `FMS_URL`.',
    since: '0.1.0'
  },
  fmsHeaders: {
    name: 'FMS_HEADERS',
    ...headers,
    default: '{}',
    defaultMeans: 'none',
    description: 'Headers that the FMS wants with every call: `{"x-tenant":"retail"}`.',
    secret: true,
    since: '0.1.0'
  },
  fmsToken: {
    name: 'FMS_TOKEN',
    ...text,
    defaultMeans: 'none',
    description: 'A token that does not change, sent as `Authorization: Bearer`. A file is read again when the FMS refuses it.',
    secret: true,
    since: '0.1.0'
  },
  fmsOauthTokenUrl: {
    name: 'FMS_OAUTH_TOKEN_URL',
    ...baseUrl,
    defaultMeans: 'none',
    description: 'Where tokens for the FMS are given out (OAuth 2, client credentials).',
    since: '0.1.0'
  },
  fmsOauthClientId: {
    name: 'FMS_OAUTH_CLIENT_ID',
    ...text,
    defaultMeans: 'mandatory with `FMS_OAUTH_TOKEN_URL`',
    description: 'Who asks for tokens.',
    since: '0.1.0'
  },
  fmsOauthClientSecret: {
    name: 'FMS_OAUTH_CLIENT_SECRET',
    ...text,
    defaultMeans: 'mandatory with `FMS_OAUTH_TOKEN_URL`',
    description: 'The secret of that client. A file is read again for every token.',
    secret: true,
    since: '0.1.0'
  },
  fmsOauthScope: {
    name: 'FMS_OAUTH_SCOPE',
    ...text,
    defaultMeans: 'none',
    description: 'The `scope` that is asked for.',
    since: '0.1.0'
  },
  fmsOauthAudience: {
    name: 'FMS_OAUTH_AUDIENCE',
    ...text,
    defaultMeans: 'none',
    description: 'The `audience` that is asked for.',
    since: '0.1.0'
  },
  fmsOauthSendAs: {
    name: 'FMS_OAUTH_SEND_AS',
    ...choice('basic', 'body'),
    defaultMeans: '`basic`',
    description:
      'How the client says who it is: `basic`, in the header; `body`, as `client_id` and `client_secret` beside what is asked for.',
    since: '0.1.0'
  },
  fmsTlsCa: {
    name: 'FMS_TLS_CA',
    ...certificates,
    defaultMeans: "Node.js's own",
    description: 'The authorities to trust in place of the usual ones, for `FMS_OAUTH_TOKEN_URL` too.',
    secret: true,
    since: '0.1.0'
  },
  fmsTlsCertificate: {
    name: 'FMS_TLS_CERTIFICATE',
    ...certificates,
    defaultMeans: 'none',
    description: 'What we show to an FMS that asks who connects: our certificate, and those between it and its authority.',
    secret: true,
    since: '0.1.0'
  },
  fmsTlsKey: {
    name: 'FMS_TLS_KEY',
    ...privateKey,
    defaultMeans: 'mandatory with `FMS_TLS_CERTIFICATE`',
    description: 'The key of that certificate, without a passphrase.',
    secret: true,
    since: '0.1.0'
  },
  fmsLookUp: {
    name: 'FMS_LOOK_UP',
    ...choice('externalId', 'listing', 'none'),
    default: 'externalId',
    description:
      'How a service order is found whose answer was lost: `externalId`, by filter; `listing`, in the whole list, where filters are ignored; `none`, not at all, somebody is asked instead.',
    since: '0.1.0'
  },
  fmsLookUpParameter: {
    name: 'FMS_LOOK_UP_PARAMETER',
    ...parameterName,
    defaultMeans: '`externalId`',
    description: 'With `externalId`: the query parameter that this FMS filters by it with.',
    since: '0.1.0'
  },
  fmsLookUpNotFound: {
    name: 'FMS_LOOK_UP_NOT_FOUND',
    ...choice('failure', 'none'),
    defaultMeans: '`failure`',
    description:
      'With `externalId`: what a 404 in place of an empty list says: `failure`, nothing, as the path may be wrong; `none`, that there is no such order.',
    since: '0.1.0'
  },
  fmsLookUpPageSize: {
    name: 'FMS_LOOK_UP_PAGE_SIZE',
    ...integer(2, 1_000),
    defaultMeans: '100',
    description: 'With `listing`: how many orders a page is asked for; a page of more than 1 MiB is not read.',
    since: '0.1.0'
  },
  fmsLookUpMaxPages: {
    name: 'FMS_LOOK_UP_MAX_PAGES',
    ...integer(1, 10_000),
    defaultMeans: '100',
    description: 'With `listing`: how many pages are read. What stands behind them is not found, and the look-up fails.',
    since: '0.1.0'
  },
  fmsLookUpSort: {
    name: 'FMS_LOOK_UP_SORT',
    ...text,
    defaultMeans: 'as the FMS likes',
    description: 'With `listing`: the `sort` that is asked for, such as `-orderDate`: by what does not change.',
    since: '0.1.0'
  },
  fmsTimeoutSeconds: {
    name: 'FMS_TIMEOUT_SECONDS',
    ...duration('seconds', 0.1, 300),
    defaultMeans: '15; 5 with the simulator',
    description: 'How long a call to the FMS may take.',
    since: '0.1.0'
  },
  fmsCallTimeouts: {
    name: 'FMS_CALL_TIMEOUTS',
    ...callSeconds,
    defaultMeans: '`FMS_TIMEOUT_SECONDS` for all',
    description:
      'How long some calls may take instead: `create=60,list=30`. The others are `get`, `cancel`, `cancellation`, `subscribe`, `unsubscribe`.',
    since: '0.1.0'
  },
  fmsSettleSeconds: {
    name: 'FMS_SETTLE_SECONDS',
    ...duration('seconds', 0, 86_400),
    defaultMeans: '30; 3 with the simulator',
    description:
      'How long after a lost answer the FMS may still take the order in. Only then is it looked up, and sent again if it is not there.',
    since: '0.1.0'
  },
  fmsMaxConcurrent: {
    name: 'FMS_MAX_CONCURRENT',
    ...integer(1, 1_000),
    default: '16',
    description: 'How many calls to the FMS a process makes at the same time.',
    since: '0.1.0'
  },
  fmsProbeSeconds: {
    name: 'FMS_PROBE_SECONDS',
    ...duration('seconds', 0.1, 3_600),
    default: '10',
    description: 'After five failures in a row nothing is sent for this long, and then one call.',
    since: '0.1.0'
  },
  fmsRetryMinSeconds: {
    name: 'FMS_RETRY_MIN_SECONDS',
    ...duration('seconds', 0.01, 3_600),
    default: '1',
    description: 'After how long a call is made again that has failed; twice as long after each further failure.',
    since: '0.1.0'
  },
  fmsRetryMaxSeconds: {
    name: 'FMS_RETRY_MAX_SECONDS',
    ...duration('seconds', 0.01, 86_400),
    default: '300',
    description: 'The longest that is waited between two tries.',
    since: '0.1.0'
  },
  fmsGiveUpHours: {
    name: 'FMS_GIVE_UP_HOURS',
    ...duration('hours', 0.001, 720),
    default: '4',
    description: 'After failing for so long, a fallout record is opened.',
    since: '0.1.0'
  },
  fmsPollMinSeconds: {
    name: 'FMS_POLL_MIN_SECONDS',
    ...duration('seconds', 0.05, 86_400),
    default: '10',
    description: 'How long after the FMS has told something new it is asked by itself.',
    since: '0.1.0'
  },
  fmsPollMaxSeconds: {
    name: 'FMS_POLL_MAX_SECONDS',
    ...duration('seconds', 0.05, 86_400),
    default: '600',
    description: 'How often it is asked at least while it tells nothing new.',
    since: '0.1.0'
  },
  fmsCallbacks: {
    name: 'FMS_CALLBACKS',
    ...choice('subscribe', 'byHand', 'off'),
    default: 'subscribe',
    description:
      'How the FMS comes to tell what happens: `subscribe`, the server registers at its hub; `byHand`, somebody has registered `PUBLIC_BASE_URL/fms-listener/FMS_CALLBACK_SECRET` there; `off`, it does not, and is only asked.',
    since: '0.1.0'
  },
  fmsCallbackSecret: {
    name: 'FMS_CALLBACK_SECRET',
    ...pathSecret,
    defaultMeans: 'derived from `SECRET_KEY`',
    description: 'What makes the address of callbacks unguessable. The same for everything that shares a database.',
    secret: true,
    since: '0.1.0'
  },
  fmsSimulator: {
    name: 'FMS_SIMULATOR',
    ...onOff,
    defaultMeans: '`on` in development when `FMS_URL` is not set, otherwise `off`',
    description: 'Whether the server brings an FMS that provisions imaginary devices. For development only.',
    since: '0.1.0'
  },
  fmsSimulatorPort: {
    name: 'FMS_SIMULATOR_PORT',
    ...integer(0, 65_535),
    defaultMeans: '8641, or a free one where that is taken',
    description: 'The port of the simulator; 0 takes a free one.',
    since: '0.1.0'
  }
} as const satisfies Record<string, ConfigVariable>
