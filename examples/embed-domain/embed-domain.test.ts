import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import ts from 'typescript'

const root = join(import.meta.dirname, '..', '..')
const domain = join(root, 'packages', 'domain')
const run = promisify(execFile)

// A project of somebody else, outside of this one: the domain as it would come from a registry, and the example.
const project = await mkdtemp(join(tmpdir(), 'crm-embed-'))
const installed = join(project, 'node_modules', '@crm-lite', 'domain')
t.teardown(() => rm(project, { recursive: true, force: true }))

t.before(async () => {
  await mkdir(installed, { recursive: true })
  await run('pnpm', ['pack', '--pack-destination', project], { cwd: domain })
  const archive = (await readdir(project)).find(file => file.endsWith('.tgz')) ?? ''
  await run('tar', ['-xzf', join(project, archive), '-C', installed, '--strip-components=1'])
  await writeFile(join(project, 'package.json'), '{ "type": "module" }')
  for (const file of ['embed-domain.ts', 'embed-order.ts', 'own-store.ts'])
    await cp(join(import.meta.dirname, file), join(project, file))
})

t.test('the examples do what they say, on the types and the code of the built package', async t => {
  t.strictSame(compile([join(project, 'embed-domain.ts'), join(project, 'embed-order.ts')]), [])
  const expected = await outputOf(process.execPath, join(import.meta.dirname, 'embed-domain.ts'))
  t.match(expected, /create: created, revision 1\n/)
  t.match(expected, /change: changed, revision 2\n/)
  t.match(expected, /same again: unchanged, revision 2\n/)
  t.match(expected, /refused: missingAttribute /)
  t.match(expected, /Hill Farm is approved: true\nLake Farm is approved: false\n$/)
  t.equal(await outputOf(process.execPath, join(project, 'embed-domain.js')), expected, `on Node ${process.version}`)
  const order = await outputOf(process.execPath, join(import.meta.dirname, 'embed-order.ts'))
  t.match(order, '2026-03-02 placed: acknowledged, 0 %')
  t.match(order, '2026-03-02 accepted by itself: inProgress, 0 %')
  t.match(order, /a milestone of its own: .*\n.*2026-03-04 Visit scheduled\n.*2026-03-08 Street dug up\n.*2026-03-11 Installed\n/)
  t.match(order, 'refused: requirementsOpen (before it comes Visit scheduled)')
  t.match(order, /three days later, .*, late\n.*Visit scheduled \(late\)\n/)
  t.match(order, /2026-03-07 installed: completed, 100 %\n( {2}done .*\n){3}\n17 events, among them 2 alerts; 0 left to do\n$/)
  t.equal(await outputOf(process.execPath, join(project, 'embed-order.js')), order, `on Node ${process.version}`)

  const system = await systemNode()
  const name = system ? `and the same on the system's Node ${system.version}` : "and the same on the system's Node"
  t.test(name, { skip: system ? false : 'no other Node from 20 on in PATH' }, async t => {
    t.equal(await outputOf(system?.path ?? '', join(project, 'embed-domain.js')), expected)
    t.equal(await outputOf(system?.path ?? '', join(project, 'embed-order.js')), order)
  })
})

t.test('the built package imports nothing and depends on nothing', async t => {
  const files = (await readdir(installed, { recursive: true })).filter(file => /\.[cm]?[jt]s$/.test(file)).sort()
  t.ok(files.includes(join('dist', 'index.js')) && files.includes(join('dist', 'index.d.ts')))
  for (const file of files) {
    const foreign = specifiersIn(file, await readFile(join(installed, file), 'utf8')).filter(each => !/^\.\.?\//.test(each))
    // Generators for tests are handed fast-check: only the declarations name its types.
    const allowed = /^dist.testing.*\.d\.ts$/.test(file) ? ['fast-check'] : []
    t.strictSame(
      foreign.filter(each => !allowed.includes(each)),
      [],
      file
    )
  }
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>
  t.notOk(manifest['dependencies'] ?? manifest['optionalDependencies'])
  t.strictSame(manifest['peerDependenciesMeta'], { 'fast-check': { optional: true } })
  t.strictSame(Object.keys(manifest['peerDependencies'] ?? {}), ['fast-check'])
  t.ok(files.every(file => !/\.test\./.test(file)))
})

t.test('no way of importing goes unseen by that', async t => {
  const code = [
    `import a from 'a'; import type { B } from 'b'; import 'c'; export * from 'd'; export { e } from 'e'`,
    `import f = require('f'); type G = import('g').G; const h = require('h'); await import('i'); await import(j); require(k)`
  ].join('\n')
  t.strictSame(specifiersIn('all.ts', code), ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', '(computed)', '(computed)'])
})

t.test('what only Node or a browser has does not compile in the domain', async t => {
  const { config } = ts.readConfigFile(join(domain, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, domain)
  const names = ['process', 'Buffer', 'setTimeout', 'console', 'fetch', 'document']
  const file = join(project, 'globals.ts')
  await writeFile(file, `${names.map(name => `void ${name}`).join('\n')}\nvoid JSON\nexport {}\n`)
  const found = compile([file], options)
  t.equal(found.length, names.length)
  for (const name of names)
    t.ok(
      found.some(message => message.includes(`'${name}'`)),
      name
    )
})

function compile(files: string[], given?: ts.CompilerOptions): string[] {
  const options: ts.CompilerOptions = given ?? {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'], // a browser
    types: [],
    strict: true,
    rewriteRelativeImportExtensions: true
  }
  const program = ts.createProgram(files, options)
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics]
  return diagnostics.map(each => `${each.file?.fileName}: ${ts.flattenDiagnosticMessageText(each.messageText, '\n')}`)
}

async function outputOf(node: string, script: string): Promise<string> {
  return (await run(node, [script], { env: { PATH: process.env['PATH'], NODE_OPTIONS: '' } })).stdout
}

/** The first Node in PATH that npx did not bring, from version 20 on. */
async function systemNode(): Promise<{ path: string; version: string } | undefined> {
  const own = await realpath(process.execPath)
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, process.platform === 'win32' ? 'node.exe' : 'node')
    const real = await realpath(path).catch(() => undefined)
    if (!real || real === own || folder.includes('_npx')) continue
    const version = await run(path, ['--version']).then(
      ({ stdout }) => stdout.trim(),
      () => ''
    )
    if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= 20) return { path, version }
  }
  return undefined
}

/** Everything that a file imports, exports from or requires. */
function specifiersIn(name: string, code: string): string[] {
  const found: string[] = []
  const add = (node: ts.Node | undefined) => found.push(node && ts.isStringLiteralLike(node) ? node.text : '(computed)')
  const visit = (node: ts.Node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier)
    else if (ts.isExportDeclaration(node) && node.moduleSpecifier) add(node.moduleSpecifier)
    else if (ts.isExternalModuleReference(node)) add(node.expression)
    else if (ts.isImportTypeNode(node)) add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined)
    else if (ts.isCallExpression(node) && /^(import|require)$/.test(node.expression.getText())) add(node.arguments[0])
    ts.forEachChild(node, visit)
  }
  visit(ts.createSourceFile(name, code, ts.ScriptTarget.Latest, true))
  return found
}
