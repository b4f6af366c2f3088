import { Command } from 'commander'

export function hubCommand(): Command {
  return new Command('hub')
    .description('look after subscriptions to events')
    .addCommand(
      action('list', 'show every subscription, its state, and how many of its deliveries are parked').action(async () =>
        (await hub()).listSubscriptions()
      )
    )
    .addCommand(
      ofOne('test', 'send a test event at once, and say what came of it').action(async id => (await hub()).testSubscription(id))
    )
    .addCommand(ofOne('pause', 'let its events wait').action(async id => (await hub()).pauseSubscription(id)))
    .addCommand(
      ofOne('resume', 'deliver again, also when it was disabled because its receiver was gone').action(async id =>
        (await hub()).resumeSubscription(id)
      )
    )
    .addCommand(
      ofOne('parked', 'show the deliveries that were given up, and why').action(async id => (await hub()).listParked(id))
    )
    .addCommand(
      ofOne('release', 'try parked deliveries again: those named, or all of them')
        .argument('[deliveries...]', 'as `crm hub parked` shows them')
        .action(async (id: string, deliveries: string[]) => (await hub()).releaseParked(id, deliveries))
    )
    .addHelpText(
      'after',
      `
May run beside a server. With SQLite a running server notices within a few seconds.

Examples:
  $ crm hub list
  $ crm hub parked 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10
  $ crm hub release 019ab4f2-7c1e-7d3a-9a51-0f2f6f7f2f10`
    )
}

/** Loaded when it is needed: the help of a command does not wait for databases. */
function hub() {
  return import('./hub-actions.ts')
}

function action(name: string, description: string): Command {
  return new Command(name).description(description)
}

function ofOne(name: string, description: string): Command {
  return action(name, description).argument('<subscription>', 'its id')
}
