/** `npm run check`: everything that needs no running product. */
import { runChecks } from './checks.ts'

const results = await runChecks()
const passed = results.filter(result => result.passed).length
console.log(`${passed} passed, ${results.length - passed} failed`)
process.exitCode = passed === results.length ? 0 : 1
