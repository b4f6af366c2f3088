// node scripts/run.mjs <script> [argument ...]: runs a script of this project on the Node that it is made for.
import { runScript } from './toolchain.mjs'

const [script, ...args] = process.argv.slice(2)
runScript(script, args)
