import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { root, toolPath } from './checks.ts'

const CONFIG = '.dependency-cruiser.cjs'

interface Cruise {
  readonly summary: { readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[] }
}

/** Files that keep all rules; every planted violation is added to them. */
const LAWFUL = {
  'package.json': '{ "name": "copy", "devDependencies": { "tap": "1.0.0" } }',
  'packages/domain/package.json':
    '{ "name": "@crm-lite/domain", "exports": { ".": "./src/index.ts", "./testing": "./src/testing/index.ts" } }',
  'packages/domain/src/index.ts': `export { kernel } from './kernel/kernel.ts'\nexport { customer } from './resources/customer.ts'\n`,
  'packages/domain/src/kernel/kernel.ts': 'export const kernel = 1\n',
  'packages/domain/src/resources/customer.ts': `import { kernel } from '../kernel/kernel.ts'\nexport const customer = kernel\n`,
  'packages/domain/src/ports/store.ts': `import type { customer } from '../resources/customer.ts'\nexport type Store = typeof customer\n`,
  'packages/domain/src/use-cases/create.ts': `import type { Store } from '../ports/store.ts'\nexport const create = (store: Store) => store\n`,
  'packages/domain/src/testing/index.ts': 'export const fake = 1\n',
  'packages/adapters-db/package.json':
    '{ "name": "@crm-lite/adapters-db", "dependencies": { "@crm-lite/domain": "*", "pg": "*" } }',
  'packages/adapters-db/src/index.ts': `import { kernel } from '@crm-lite/domain'\nimport { query } from './dialects/postgres.ts'\nexport const db = [kernel, query]\n`,
  'packages/adapters-db/src/dialects/postgres.ts': `import { query } from 'pg'\nexport { query }\n`,
  'packages/adapters-db/src/store.test.ts': `import { fake } from '@crm-lite/domain/testing'\nexport { fake }\n`,
  'packages/adapters-http/package.json': '{ "name": "@crm-lite/adapters-http", "dependencies": { "@crm-lite/domain": "*" } }',
  'packages/adapters-http/src/index.ts': `import { kernel } from '@crm-lite/domain'\nexport const http = kernel\n`,
  'packages/fms-client/package.json': '{ "name": "@crm-lite/fms-client", "dependencies": { "@crm-lite/domain": "*" } }',
  'packages/fms-client/src/index.ts': `import type { kernel } from '@crm-lite/domain'\nexport type Kernel = typeof kernel\n`,
  'apps/server/package.json': '{ "name": "@crm-lite/server" }',
  'apps/server/src/main.ts': `import { db } from '../../../packages/adapters-db/src/index.ts'\nexport { db }\n`,
  'node_modules/pg/package.json': '{ "name": "pg", "main": "index.js" }',
  'node_modules/pg/index.js': 'exports.query = 1\n',
  'node_modules/left-over/package.json': '{ "name": "left-over", "main": "index.js" }',
  'node_modules/left-over/index.js': 'exports.leftOver = 1\n'
}

/** For each rule a file that breaks it. */
const PLANTED: Readonly<
  Record<string, { readonly file: string; readonly code: string; readonly more?: Readonly<Record<string, string>> }>
> = {
  'no-circular': {
    file: 'packages/adapters-http/src/one.ts',
    code: `import { other } from './other.ts'\nexport const one = () => other\n`,
    more: { 'packages/adapters-http/src/other.ts': `import { one } from './one.ts'\nexport const other = () => one\n` }
  },
  'domain-is-pure': {
    file: 'packages/domain/src/query/clock.ts',
    code: `import { hrtime } from 'node:process'\nexport { hrtime }\n`
  },
  'kernel-knows-nobody': {
    file: 'packages/domain/src/kernel/knows.ts',
    code: `import type { customer } from '../resources/customer.ts'\nexport type Knows = typeof customer\n`
  },
  'model-does-not-act': {
    file: 'packages/domain/src/query/acts.ts',
    code: `import { create } from '../use-cases/create.ts'\nexport { create }\n`
  },
  'fulfilment-does-not-act': {
    file: 'packages/domain/src/fulfilment/acts.ts',
    code: `import { create } from '../use-cases/create.ts'\nexport { create }\n`
  },
  'ports-are-types': {
    file: 'packages/domain/src/ports/does.ts',
    code: `import { create } from '../use-cases/create.ts'\nexport { create }\n`
  },
  'adapters-use-the-public-domain': {
    file: 'packages/adapters-http/src/deep.ts',
    code: `import { kernel } from '../../domain/src/kernel/kernel.ts'\nexport { kernel }\n`
  },
  'adapters-do-not-know-one-another': {
    file: 'packages/adapters-http/src/knows-storage.ts',
    code: `import { db } from '../../adapters-db/src/index.ts'\nexport { db }\n`
  },
  'fms-client-needs-types-only': {
    file: 'packages/fms-client/src/takes-code.ts',
    code: `import { kernel } from '@crm-lite/domain'\nexport { kernel }\n`
  },
  'packages-do-not-know-apps': {
    file: 'packages/adapters-http/src/knows-app.ts',
    code: `import { db } from '../../../apps/server/src/main.ts'\nexport { db }\n`
  },
  'testing-is-for-tests': {
    file: 'packages/adapters-http/src/fakes.ts',
    code: `import { fake } from '@crm-lite/domain/testing'\nexport { fake }\n`
  },
  'engines-live-in-dialects': {
    file: 'packages/adapters-db/src/engine.ts',
    code: `import { query } from 'pg'\nexport { query }\n`
  },
  'no-undeclared-dependency': {
    file: 'packages/adapters-http/src/undeclared.ts',
    code: `import { leftOver } from 'left-over'\nexport { leftOver }\n`
  },
  'not-to-unresolvable': {
    file: 'packages/adapters-http/src/nowhere.ts',
    code: `import { it } from './not-there.ts'\nexport { it }\n`
  }
}

const { forbidden } = createRequire(import.meta.url)(join(root, CONFIG)) as { forbidden: { name: string; comment?: string }[] }

t.test('every rule says why it is there, and is tried below', async t => {
  t.ok(forbidden.every(rule => rule.comment))
  t.strictSame(forbidden.map(rule => rule.name).sort(), Object.keys(PLANTED).sort())
})

t.test('code that keeps the rules passes', async t => {
  t.strictSame(violationsIn(t, LAWFUL), [])
})

t.test('every rule fires where it is broken', async t => {
  const planted = Object.values(PLANTED).map(({ file, code, more }) => ({ [file]: code, ...more }))
  const violations = violationsIn(t, Object.assign({}, LAWFUL, ...planted))
  for (const [rule, { file }] of Object.entries(PLANTED)) t.ok(violations.includes(`${rule}: ${file}`), rule)
})

function violationsIn(t: Test, files: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'crm-rules-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  for (const [file, code] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), code)
  }
  mkdirSync(join(folder, 'node_modules', '@crm-lite'))
  symlinkSync(join(folder, 'packages', 'domain'), join(folder, 'node_modules', '@crm-lite', 'domain'))
  for (const file of [CONFIG, 'tsconfig.json', 'tsconfig.base.json']) copyFileSync(join(root, file), join(folder, file))
  const args = [toolPath('dependency-cruiser/depcruise'), '--config', CONFIG, '--output-type', 'json', 'packages', 'apps']
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  const { violations } = (JSON.parse(stdout) as Cruise).summary
  return violations.map(each => `${each.rule.name}: ${each.from}`)
}
