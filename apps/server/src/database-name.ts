const HARMLESS_PARAMETERS = ['sslmode', 'application_name', 'host', 'options']

/** A database URL for people: the same without its password and without parameters that may be secret. */
export function maskedDatabaseUrl(databaseUrl: string): string {
  if (databaseUrl.startsWith('sqlite:') || !URL.canParse(databaseUrl)) return databaseUrl
  const url = new URL(databaseUrl)
  if (url.password) url.password = '***'
  for (const name of [...url.searchParams.keys()]) {
    if (!HARMLESS_PARAMETERS.includes(name)) url.searchParams.set(name, '***')
  }
  return url.href
}
