const SUBTEST = /^# Subtest: (.*)$/
const FILE_DONE = /^(not )?ok \d+ - (.*?)(?: # time=(\d+(?:\.\d+)?)ms)?(?: # .*)?$/
const NOT_RUN = /^\s*(?:not )?ok \d+(?: - (.*?))? # (SKIP|TODO) ?(.*)$/i
const TOTALS = /^# \{ total: \d+.* \}$/

/** Reads what tap prints (TAP 14) line by line: prints a line a file and the details of what failed, and counts. */
export class TapReport {
  passed = 0
  failed = 0
  readonly notRun: string[] = []
  readonly #print: (text: string) => void
  #file = ''
  #lines: string[] = []
  #failedFiles = 0

  constructor(print: (text: string) => void) {
    this.#print = print
  }

  line(line: string): void {
    const started = SUBTEST.exec(line)
    if (started) this.#begin(started[1] ?? '')
    const done = FILE_DONE.exec(line)
    const notRun = NOT_RUN.exec(line)
    if (notRun)
      this.notRun.push(`${[this.#file, notRun[1]].filter(Boolean).join(': ')} (${notRun[3] || notRun[2]?.toLowerCase()})`)
    if (done) this.#end(done[2] ?? '', done[1] === undefined, Number(done[3] ?? 0))
    else if (TOTALS.test(line)) this.#count(line)
    this.#lines.push(line)
  }

  /** To be called when the runner has ended: no failure goes uncounted, whatever it was that failed. */
  end(exitCode: number): void {
    this.failed = Math.max(this.failed, this.#failedFiles, exitCode === 0 ? 0 : 1)
    if (exitCode !== 0 && this.#failedFiles === 0) this.#print(this.#lines.join('\n'))
  }

  #begin(file: string): void {
    this.#file = file
    this.#lines = []
  }

  #end(file: string, passed: boolean, timeMs: number): void {
    if (passed) this.#print(`ok      ${file} (${(timeMs / 1000).toFixed(1)} s)`)
    else {
      this.#failedFiles += 1
      this.#print([`FAILED  ${file}`, ...failuresIn(this.#lines)].join('\n'))
    }
  }

  #count(line: string): void {
    const number = (name: string) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(line)?.[1] ?? 0)
    this.passed = number('pass')
    this.failed = number('fail')
  }
}

/** The lines of failed tests with their diagnostics, and what is not TAP (a crash, a stray print). */
function failuresIn(lines: readonly string[]): string[] {
  const failures: string[] = []
  let diagnosticsOf: 'ok' | 'not ok' = 'ok'
  let isDiagnostics = false
  for (const line of lines) {
    const text = line.trim()
    if (text === '---') isDiagnostics = true
    const result = isDiagnostics ? undefined : /^(not ok|ok) \d+/.exec(text)?.[1]
    if (result) diagnosticsOf = result as 'ok' | 'not ok'
    const isTap = result === 'ok' || text === '' || /^(# |\d+\.\.\d+|TAP version)/.test(text)
    if (isDiagnostics ? diagnosticsOf === 'not ok' : !isTap) failures.push(line)
    if (text === '...') isDiagnostics = false
  }
  return failures
}
