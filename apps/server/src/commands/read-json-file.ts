import { existsSync } from 'node:fs'
import { readTextFile } from './command-config.ts'
import { CommandFailed } from './failure.ts'

/** @throws {CommandFailed} when there is no such file, or it is no JSON */
export function readJsonFile(file: string): unknown {
  if (!existsSync(file)) throw new CommandFailed(`there is no file ${file}`)
  const text = readTextFile(file)
  try {
    return JSON.parse(text)
  } catch {
    throw new CommandFailed(`${file} is not JSON`)
  }
}
