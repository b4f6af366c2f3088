// `npm start`: installs what is needed and serves. Arguments go to `crm serve`.
import { runScript } from './toolchain.mjs'

runScript('apps/server/src/crm.ts', ['serve', ...process.argv.slice(2)], {
  ...process.env,
  CRM_MODE: process.env.CRM_MODE || 'development'
})
