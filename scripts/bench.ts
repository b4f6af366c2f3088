/** `npm run bench`: arguments go to bench/run.ts. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { installDependencies, root } from './install.ts'

installDependencies()
const run = [join(root, 'bench', 'run.ts'), ...process.argv.slice(2)]
process.exitCode = spawnSync(process.execPath, run, { cwd: root, stdio: 'inherit' }).status ?? 1
