/** Where development keeps what belongs to a database: beside its file, or in `./data` for PostgreSQL. */
export function fileBeside(databaseUrl: string, name: string): string {
  return databaseUrl.startsWith('sqlite:') ? `${databaseUrl.slice('sqlite:'.length)}-${name}` : `./data/postgres-${name}`
}
