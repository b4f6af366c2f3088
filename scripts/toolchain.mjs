// Plain JavaScript: this is what the system's own Node runs, to bring the Node and the pnpm that everything else runs on.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TOOLS = ['node@24.21.0', 'pnpm@10.34.9']
const OLDEST_NODE = 20
/** As in the first line of apps/server/src/crm.ts, which says why. */
const NODE_OPTIONS = ['--max-semi-space-size=32']

/** Ctrl-C reaches everybody in the terminal's process group, and npm passes on what it gets: the same signal arrives more than once. */
const SAME_SIGNAL_WITHIN_MS = 1_000

const root = fileURLToPath(new URL('..', import.meta.url))
/** Types are stripped and code is compiled once, not at every start: that halves the time until a command does something. */
const NODE_COMPILE_CACHE = join(root, 'node_modules', '.cache', 'compiled')

/**
 * Brings the tools through npm, installs exactly what the lockfile says, and runs a script of the project. Takes two seconds when
 * everything is there. Signals reach the script once each; the exit code is the script's.
 *
 * @param {string} script relative to the project's folder
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
export function runScript(script, args, env = process.env) {
  if (Number(process.versions.node.split('.')[0]) < OLDEST_NODE) fail(`Node ${OLDEST_NODE} or later is needed.`)
  const { node, path } = bringTools()
  const environment = { NODE_COMPILE_CACHE, ...env, PATH: path, CRM_STARTED_BY: String(process.pid) }
  installDependencies(environment)
  const preload = new URL('./stop-with-parent.ts', import.meta.url).href
  const child = spawn(node, [...NODE_OPTIONS, '--import', preload, join(root, script), ...args], {
    cwd: root,
    env: environment,
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
    detached: true // out of the terminal's process group: signals come from here
  })
  forwardSignals(child)
  child.on('error', error => fail(String(error)))
  child.on('exit', code => process.exit(code ?? 1))
}

/** Where npm put them: nothing is installed for the system or into the project. */
function bringTools() {
  const print = 'JSON.stringify({ node: process.execPath, path: process.env.PATH })'
  const answer = run('npx', ['--yes', ...TOOLS.flatMap(tool => ['-p', tool]), '--', 'node', '-p', print])
  if (answer.status !== 0) fail(`${answer.output}\n${TOOLS.join(' and ')} could not be brought by npm.`)
  return JSON.parse(answer.stdout)
}

function installDependencies(env) {
  if (!existsSync(join(root, 'node_modules', '.modules.yaml'))) console.log('Installing dependencies, this once ...')
  // Development dependencies too, whatever NODE_ENV says: what runs here is the source.
  const args = ['install', '--frozen-lockfile', '--prod=false', '--config.confirm-modules-purge=false', '--reporter=append-only']
  const answer = run('pnpm', args, env)
  if (answer.status !== 0) fail(`${answer.output}\nThe dependencies could not be installed.`)
}

function run(command, args, env = process.env) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe']
  })
  return { status, stdout, output: error ? String(error) : `${stdout}${stderr}` }
}

function forwardSignals(child) {
  let lastAt = Number.NEGATIVE_INFINITY
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const now = performance.now()
      if (now - lastAt >= SAME_SIGNAL_WITHIN_MS) child.kill(signal)
      lastAt = now
    })
  }
}

function fail(message) {
  console.error(message)
  process.exit(1)
}
