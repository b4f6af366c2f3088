import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Row, Scanner, Statement } from './dialect.ts'
import { type ScanLimits, ScanSlots } from './scan-slots.ts'

type Answer = { readonly rows: readonly (readonly Row[])[] } | { readonly error: string }

/** In the published package the child is JavaScript, as this file is. */
const childFile = fileURLToPath(new URL(`./sqlite-scan-child${import.meta.url.slice(-3)}`, import.meta.url))

/** Runs scans in processes of their own, which are killed when a scan takes too long. They are started when needed and kept. */
export class SqliteScanner implements Scanner {
  readonly budgetMs: number
  readonly #file: string
  readonly #slots: ScanSlots
  readonly #idle: ChildProcess[] = []
  readonly #children = new Set<ChildProcess>()

  constructor(file: string, options: ScanLimits & { readonly budgetMs: number }) {
    this.#file = file
    this.budgetMs = options.budgetMs
    this.#slots = new ScanSlots(options)
  }

  scan(statements: readonly Statement[]): ReturnType<Scanner['scan']> {
    return this.#slots.run(async () => {
      const child = this.#idle.pop() ?? (await this.#start())
      const answer = await this.#ask(child, statements)
      if (answer === 'timeout') return answer
      this.#idle.push(child)
      if ('error' in answer) throw new Error(`a scan failed: ${answer.error}`)
      return answer.rows
    })
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGKILL')
  }

  async #start(): Promise<ChildProcess> {
    const child = fork(childFile, [this.#file], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc']
    })
    this.#children.add(child)
    child.once('exit', () => {
      this.#children.delete(child)
      const index = this.#idle.indexOf(child)
      if (index >= 0) this.#idle.splice(index, 1)
    })
    child.once('error', () => child.kill('SIGKILL'))
    await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(() => Promise.reject(new Error('the scan process did not start')))
    ])
    child.unref()
    child.channel?.unref()
    return child
  }

  #ask(child: ChildProcess, statements: readonly Statement[]): Promise<Answer | 'timeout'> {
    return new Promise((resolve, reject) => {
      const settle = (result: Answer | 'timeout' | Error) => {
        clearTimeout(timer)
        child.off('message', settle)
        child.off('exit', onExit)
        child.unref()
        child.channel?.unref()
        if (result instanceof Error) reject(result)
        else resolve(result)
      }
      const onExit = () => settle(new Error('the scan process ended'))
      const timer = setTimeout(() => {
        child.kill('SIGKILL')
        settle('timeout')
      }, this.budgetMs)
      child.ref()
      child.channel?.ref()
      child.on('message', settle)
      child.once('exit', onExit)
      child.send(statements)
    })
  }
}
