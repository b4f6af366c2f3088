export { pageHeaders } from './page-headers.ts'
export { type ListContext, type ParsedListQuery, parseListQuery } from './parse-list-query.ts'
export { parseQueryString, type QueryParameter } from './parse-query-string.ts'
export { parseItemQuery } from './parse-selection.ts'
