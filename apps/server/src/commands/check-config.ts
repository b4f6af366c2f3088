import { type Environment, readConfig, textOf } from '../config.ts'
import type { ConfigVariable } from '../config-variable.ts'
import { allVariables } from '../config-variables.ts'
import { maskedDatabaseUrl } from '../database-name.ts'
import { missingSecretKey } from '../secret-key.ts'
import { readTextFile } from './command-config.ts'
import { CommandFailed } from './failure.ts'

/**
 * Prints the effective settings, secrets masked.
 *
 * @throws {CommandFailed} with one line for each fault
 */
export function checkConfig(): void {
  const result = readConfig(process.env, readTextFile)
  for (const warning of result.warnings) process.stderr.write(`crm: ${warning}\n`)
  if ('faults' in result) throw new CommandFailed(result.faults.join('\ncrm: '))
  const fault = missingSecretKey(result.config)
  if (fault !== undefined) throw new CommandFailed(fault)
  for (const line of settingLines(process.env)) process.stdout.write(`${line}\n`)
}

/** `NAME=value` for every setting, those at their default marked as such. */
function settingLines(env: Environment): string[] {
  return allVariables.map(variable => {
    const set = textOf(variable, env, readTextFile)
    const value = set ?? variable.default ?? ''
    return `${variable.name}=${shown(variable, value)}${set === undefined ? `  # ${defaultNote(variable)}` : ''}`
  })
}

function shown(variable: ConfigVariable, value: string): string {
  if (!variable.secret) return value
  return variable.name === 'DATABASE_URL' ? maskedDatabaseUrl(value) : '***'
}

function defaultNote(variable: ConfigVariable): string {
  return variable.defaultMeans ? `default: ${variable.defaultMeans.replaceAll('`', '')}` : 'default'
}
