import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the project. */
export const root = join(import.meta.dirname, '..')

/** Installs exactly what the lockfile says; under a second when it is there already. Ends the process when that fails. */
export function installDependencies(): void {
  if (!existsSync(join(root, 'node_modules', '.modules.yaml'))) console.log('Installing dependencies, this once ...')
  // Development dependencies too, whatever NODE_ENV says: what runs here is the source.
  const args = ['install', '--frozen-lockfile', '--prod=false', '--config.confirm-modules-purge=false', '--reporter=append-only']
  const { status, stdout, stderr, error } = spawnSync('pnpm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32'
  })
  if (status === 0) return
  console.error(error ? String(error) : `${stdout}${stderr}`)
  console.error('The dependencies could not be installed.')
  process.exit(1)
}
