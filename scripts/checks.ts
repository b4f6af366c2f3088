import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of the project. */
export const root = join(import.meta.dirname, '..')

/** Something that is checked without running the product. */
export interface Check {
  readonly name: string
  readonly tool: string
  readonly args: readonly string[]
}

const SOURCES = ['packages', 'apps', 'conformance', 'bench', 'examples', 'scripts']

export const checks: readonly Check[] = [
  { name: 'lint', tool: '@biomejs/biome', args: ['check', '--error-on-warnings', '--colors=off', '.'] },
  { name: 'types of the domain', tool: 'typescript/tsc', args: ['-p', 'packages/domain', '--pretty', 'false'] },
  { name: 'types of everything else', tool: 'typescript/tsc', args: ['-p', 'tsconfig.json', '--pretty', 'false'] },
  { name: 'architecture rules', tool: 'dependency-cruiser/depcruise', args: ['--config', '.dependency-cruiser.cjs', ...SOURCES] },
  { name: 'unused code and dependencies', tool: 'knip', args: ['--no-progress', '--no-config-hints'] }
]

export interface CheckResult {
  readonly name: string
  readonly passed: boolean
  readonly output: string
}

/** Runs all of them at the same time and prints one line each, and what the failed ones said. */
export async function runChecks(): Promise<CheckResult[]> {
  return Promise.all(
    checks.map(async check => {
      const { code, output } = await run(toolPath(check.tool), check.args)
      const result = { name: check.name, passed: code === 0, output }
      console.log(result.passed ? `ok      ${check.name}` : `FAILED  ${check.name}\n${output}`)
      return result
    })
  )
}

/** The script behind a command of an installed package: `package` or `package/command`. */
export function toolPath(tool: string): string {
  const [name, command] = tool.startsWith('@') ? [tool, tool.split('/')[1]] : [tool.split('/')[0], tool.split('/')[1] ?? tool]
  const folder = join(root, 'node_modules', name as string)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { bin: string | Record<string, string> }
  return join(folder, typeof bin === 'string' ? bin : (bin[command as string] as string))
}

function run(script: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const child = spawn(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}
