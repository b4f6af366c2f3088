export { pageHeaders } from './page-headers.ts'
export { parseListQuery } from './parse-list-query.ts'
export { parseQueryString } from './parse-query-string.ts'
export { parseItemQuery } from './parse-selection.ts'
