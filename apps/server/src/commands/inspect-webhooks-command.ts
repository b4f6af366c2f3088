import { Command } from 'commander'
import { integerOption } from './integer-option.ts'

interface InspectOptions {
  readonly port: number
  readonly host: string
  readonly secret: readonly string[]
  readonly answer: number
}

export function inspectWebhooksCommand(): Command {
  return new Command('inspect-webhooks')
    .description('receive events, verify their signatures, and print what came')
    .option('--port <number>', 'where to listen', integerOption(0, 65_535), 8090)
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .option(
      '--secret <secret>',
      'the secret that the hub gave; may be given twice',
      (secret, all: string[]) => [...all, secret],
      []
    )
    .option('--answer <status>', 'what to answer, to see what the hub makes of it', integerOption(200, 599), 204)
    .addHelpText(
      'after',
      `
A receiver to try things out with. Without a secret nothing is verified; with one, what is not signed with it is answered with 401.

Examples:
  $ crm inspect-webhooks
  $ crm inspect-webhooks --port 9000 --secret whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
  $ crm inspect-webhooks --answer 503`
    )
    .action(async (options: InspectOptions) => {
      const { receiveWebhooks } = await import('./receive-webhooks.ts')
      await receiveWebhooks(options, text => process.stdout.write(text))
    })
}
