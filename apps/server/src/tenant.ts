/** The only tenant until tenancy is switched on. */
export const TENANT = 'default'
