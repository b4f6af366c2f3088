/** `npm run build`: plain ES2022 with types in the `dist` of every package that is published; `build.ts <package folder>` builds that one. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, toolPath } from './checks.ts'

const PUBLISHED = [
  'packages/domain',
  'packages/adapters-http',
  'packages/adapters-db',
  'packages/fms-client',
  'apps/fms-simulator',
  'apps/server'
]

const wanted = process.argv.slice(2)
const folders = wanted.length > 0 ? wanted : PUBLISHED
// What was renamed or removed must not stay behind.
for (const folder of folders) rmSync(join(root, folder, 'dist'), { recursive: true, force: true })
const projects = folders.map(folder => `${folder}/tsconfig.build.json`)
const { status } = spawnSync(process.execPath, [toolPath('typescript/tsc'), '--build', ...projects], {
  cwd: root,
  stdio: 'inherit'
})
process.exitCode = status ?? 1
