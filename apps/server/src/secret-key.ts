import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { StartRefused } from '@crm-lite/adapters-db'
import { newSecretKey, SecretBox } from '@crm-lite/adapters-http'
import type { Config } from './config.ts'
import { fileBeside } from './file-beside.ts'

type SecretConfig = Pick<Config, 'mode' | 'databaseUrl' | 'secretKey' | 'previousSecretKeys'>

/** Why a configuration without a key cannot be served; undefined when it can. */
export function missingSecretKey({ mode, secretKey }: Pick<Config, 'mode' | 'secretKey'>): string | undefined {
  if (secretKey !== undefined || mode === 'development') return undefined
  return 'SECRET_KEY must be set unless CRM_MODE is development: `openssl rand -base64 32` makes one'
}

/**
 * What seals and opens the secrets of subscriptions. In development its key is made at the first use and kept beside the database.
 *
 * @throws {StartRefused} when production has no key, or the file cannot be made or read
 */
export function openSecretBox(config: SecretConfig): SecretBox {
  return new SecretBox(secretKeyOf(config), config.previousSecretKeys)
}

/**
 * The key itself, for secrets that are derived from it.
 *
 * @throws {StartRefused} when production has no key, or the file cannot be made or read
 */
export function secretKeyOf(config: Omit<SecretConfig, 'previousSecretKeys'>): string {
  const fault = missingSecretKey(config)
  if (fault !== undefined) throw new StartRefused(fault)
  return config.secretKey ?? keptKey(keyFileOf(config.databaseUrl))
}

function keyFileOf(databaseUrl: string): string {
  return fileBeside(databaseUrl, 'secret-key')
}

function keptKey(file: string): string {
  try {
    return readKey(file) ?? madeKey(file)
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error
    throw new StartRefused(`the secret key in ${file} cannot be made or read (${String(error.code)}): set SECRET_KEY`, {
      cause: error
    })
  }
}

function readKey(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Two processes may come here at once: the link is made by one of them, with the whole key in it. */
function madeKey(file: string): string {
  mkdirSync(dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, `${newSecretKey()}\n`, { mode: 0o600, flag: 'wx' })
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
  return readFileSync(file, 'utf8').trim()
}
