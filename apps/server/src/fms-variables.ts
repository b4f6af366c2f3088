import { baseUrl, choice, duration, headers, integer, onOff, path, pathSecret, text } from './config-kinds.ts'
import type { ConfigVariable } from './config-variable.ts'

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
  fmsLookUp: {
    name: 'FMS_LOOK_UP',
    ...choice('externalId', 'listing', 'none'),
    default: 'externalId',
    description:
      'How a service order is found whose answer was lost: `externalId`, by filter; `listing`, in the whole list, where filters are ignored; `none`, not at all, somebody is asked instead.',
    since: '0.1.0'
  },
  fmsTimeoutSeconds: {
    name: 'FMS_TIMEOUT_SECONDS',
    ...duration('seconds', 0.1, 300),
    defaultMeans: '15; 5 with the simulator',
    description: 'How long a call to the FMS may take.',
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
    default: '0',
    description: 'The port of the simulator; 0 takes a free one.',
    since: '0.1.0'
  }
} as const satisfies Record<string, ConfigVariable>
