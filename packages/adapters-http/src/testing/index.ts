export { countingIds, startTestApp, type TestApp, testOptions } from './start-test-app.ts'
export { undocumentedAnswers } from './undocumented-answers.ts'
