// The architecture, as rules that fail the build. docs/architecture.md says why.
const TEST = '\\.test\\.ts$'
const publicDomain = '^packages/domain/src/(index|testing/index)\\.ts$'

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'A cycle means that two files are one thing, or that one of them is in the wrong place.',
      severity: 'error',
      from: {},
      to: { circular: true }
    },
    {
      name: 'domain-is-pure',
      comment: 'Other services embed the domain: it may import nothing but itself (its own tests excepted).',
      severity: 'error',
      from: { path: '^packages/domain/src', pathNot: TEST },
      to: { pathNot: '^packages/domain/src', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'kernel-knows-nobody',
      comment: 'The kernel is what everything else in the domain is made of.',
      severity: 'error',
      from: { path: '^packages/domain/src/kernel', pathNot: TEST },
      to: { path: '^packages/domain/src', pathNot: '^packages/domain/src/kernel' }
    },
    {
      name: 'model-does-not-act',
      comment: 'Resources and queries are decided upon by use cases; they know neither ports nor use cases.',
      severity: 'error',
      from: { path: '^packages/domain/src/(resources|query|events|ordering|journey)', pathNot: TEST },
      to: { path: '^packages/domain/src/(ports|use-cases|testing)' }
    },
    {
      name: 'fulfilment-does-not-act',
      comment: 'What is decided about fulfilments is pure: of the ports it knows what an FMS says, no more.',
      severity: 'error',
      from: { path: '^packages/domain/src/fulfilment', pathNot: TEST },
      to: { path: '^packages/domain/src/((ports/(?!fms-gateway))|use-cases|testing)' }
    },
    {
      name: 'ports-are-types',
      comment: 'A port says what the domain needs; what it does is up to an adapter.',
      severity: 'error',
      from: { path: '^packages/domain/src/ports', pathNot: TEST },
      to: { path: '^packages/domain/src/(use-cases|testing)' }
    },
    {
      name: 'adapters-use-the-public-domain',
      comment: 'Adapters see what any other service that embeds the domain sees.',
      severity: 'error',
      from: { path: '^(packages/(adapters-|fms-client)|apps|conformance|bench|examples)' },
      to: { path: '^packages/domain/src', pathNot: publicDomain }
    },
    {
      name: 'adapters-do-not-know-one-another',
      comment: 'HTTP does not know how things are stored, storage does not know who asks.',
      severity: 'error',
      from: { path: '^packages/(adapters-[a-z]+|fms-client)/' },
      to: { path: '^packages/(adapters-[a-z]+|fms-client)/', pathNot: '^packages/$1/' }
    },
    {
      name: 'fms-client-needs-types-only',
      comment: 'Whoever uses the client alone takes nothing of the domain along but the types of its port.',
      severity: 'error',
      from: { path: '^packages/fms-client/src', pathNot: ['/testing/', TEST] },
      to: { path: '^packages/domain/src', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'packages-do-not-know-apps',
      comment: 'An app wires packages together, never the other way round.',
      severity: 'error',
      from: { path: '^packages/' },
      to: { path: '^(apps|conformance|bench|examples)/' }
    },
    {
      name: 'testing-is-for-tests',
      comment: 'Fakes and contract suites must not end up in what runs in production.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '(/testing/|/test/|\\.(test|contract)\\.ts$)' },
      to: { path: '/testing/' }
    },
    {
      name: 'engines-live-in-dialects',
      comment: 'Only the dialects know the engine; everything else works on both.',
      severity: 'error',
      from: { path: '^packages/adapters-db/src', pathNot: ['^packages/adapters-db/src/(dialects|testing)/', TEST] },
      to: { path: 'node_modules/(better-sqlite3|pg)/', dependencyTypesNot: ['type-only'] }
    },
    {
      name: 'no-undeclared-dependency',
      comment: 'What is imported stands in that package.json, with its version.',
      severity: 'error',
      from: { pathNot: '(\\.test\\.ts$|/testing/|/test/)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] }
    },
    {
      name: 'not-to-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true }
    }
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    combinedDependencies: true
  }
}
