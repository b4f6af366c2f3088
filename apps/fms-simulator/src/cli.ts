#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, InvalidArgumentError } from 'commander'
import { checkFaultPlan, createSimulator, everyFault, type FaultPlan, type SimulatorOptions } from './index.ts'

interface Arguments {
  readonly port: number
  readonly host: string
  readonly pace: number
  readonly settle: number
  readonly file?: string
  readonly plan?: FaultPlan
  readonly ignoreFilters?: boolean
  readonly ignoreOffset?: boolean
  readonly refuseLists?: boolean
  readonly token?: string
  readonly listenerPaths?: boolean
}

new Command('fms-simulator')
  .description('A fulfilment management system (TMF641) that provisions imaginary devices. For development and tests only.')
  .option('-p, --port <port>', 'port to listen on; 0 for a free one', wholeNumber, 0)
  .option('--host <host>', 'address to listen on', '127.0.0.1')
  .option('--pace <ms>', 'time between two steps of an order', wholeNumber, 600)
  .option('--settle <ms>', 'the longest that a request may be done after its answer was withheld', wholeNumber, 2_000)
  .option('--file <file>', 'SQLite file to keep everything in; otherwise it is gone with the process')
  .option('--plan <plan>', 'what goes wrong: a JSON file, or every:<rate> for all there is, such as every:0.3', readPlan)
  .option('--token <token>', 'the bearer token that clients must have')
  .option('--ignore-filters', 'lists hold everything, whatever is asked for')
  .option('--ignore-offset', 'every page of a list is the first')
  .option('--refuse-lists', 'there are no lists')
  .option('--listener-paths', 'send callbacks to <callback>/listener/<event> instead of to the callback')
  .action(start)
  .parseAsync()
  .catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)))

async function start(args: Arguments): Promise<void> {
  if (process.env['CRM_MODE'] === 'production' || process.env['NODE_ENV'] === 'production')
    return fail('a simulator has no place in production')
  const simulator = createSimulator(optionsFrom(args))
  const url = await simulator.listen({ port: args.port, host: args.host })
  process.stdout.write(`FMS simulator on ${url}/tmf-api/serviceOrdering/v4 (v3 beside it), administered at ${url}/admin\n`)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void simulator.close())
}

function optionsFrom(args: Arguments): SimulatorOptions {
  return {
    paceMs: args.pace,
    settleMs: args.settle,
    ...(args.file !== undefined && { file: args.file }),
    ...(args.plan && { plan: args.plan }),
    ...(args.token !== undefined && { access: { token: args.token } }),
    quirks: {
      ignoresFilters: args.ignoreFilters ?? false,
      ignoresOffset: args.ignoreOffset ?? false,
      refusesLists: args.refuseLists ?? false
    },
    usesListenerPaths: args.listenerPaths ?? false
  }
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

function readPlan(text: string): FaultPlan {
  const rate = /^every:(0(?:\.\d+)?|1)$/.exec(text)?.[1]
  if (rate !== undefined) return everyFault(Number(rate))
  try {
    return checkFaultPlan(JSON.parse(readFileSync(text, 'utf8')))
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : 'It cannot be read.')
  }
}

function fail(message: string): void {
  process.stderr.write(`fms-simulator: ${message}\n`)
  process.exitCode = 1
}
