/** Makes load, in a process of its own on a core of its own: one job a message, one result a message. */
import autocannon from 'autocannon'
import type { LoadJob, LoadResult } from './load-job.ts'

process.on('message', (job: LoadJob) => void run(job).then(result => process.send!(result)))

async function run({ address, connections, seconds, requests }: LoadJob): Promise<LoadResult> {
  let client = 0
  const result = await autocannon({
    url: address,
    connections,
    duration: seconds,
    // Each connection has a share of its own, so that they don't all ask for the same at the same time.
    setupClient: each => each.setRequests(shareOf(requests, client++, connections)),
    headers: { 'content-type': 'application/json' }
  })
  const answered = result['2xx']
  return {
    requestsPerS: answered / result.duration,
    p50Ms: result.latency.p50,
    p99Ms: result.latency.p99,
    failures: result.non2xx + result.errors + result.timeouts + (answered === 0 ? 1 : 0)
  }
}

function shareOf(requests: LoadJob['requests'], client: number, clients: number) {
  const share = requests.filter((_, index) => index % clients === client % clients)
  return (share.length > 0 ? share : requests).map(request => ({ ...request }))
}
