export { anyBody, CANARY, type DamagedBody, damagedBody } from './bodies.ts'
export { countingIds, startTestApp, type TestApp, testOptions } from './start-test-app.ts'
export { undocumentedAnswers } from './undocumented-answers.ts'
export { type WrittenQuery, writtenQueriesOn } from './written-queries.ts'
