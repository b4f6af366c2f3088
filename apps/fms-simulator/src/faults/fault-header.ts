import { checkFaultRule, type FaultRule } from './fault-plan.ts'

/** The header that orders faults for the request that carries it, and for the service order that it makes. */
export const FAULT_HEADER = 'x-fms-fault'

/**
 * Reads `answerLost, delayedCallback;delayMs=500;times=1`.
 *
 * @throws {Mistake} when a fault or what is said about it is unknown
 */
export function readFaultHeader(header: string | readonly string[] | undefined): readonly FaultRule[] {
  const text = typeof header === 'string' ? header : (header ?? []).join(',')
  const rules = text.split(',').filter(part => part.trim() !== '')
  return rules.map(part => {
    const [fault, ...settings] = part.split(';').map(each => each.trim())
    return checkFaultRule({ fault, ...Object.fromEntries(settings.map(readSetting)) })
  })
}

function readSetting(setting: string): [string, unknown] {
  const [name = '', value = ''] = setting.split('=').map(each => each.trim())
  if (name === 'items') return [name, value.split(' ')]
  if (value === 'true' || value === 'false') return [name, value === 'true']
  return [name, value !== '' && Number.isFinite(Number(value)) ? Number(value) : value]
}
