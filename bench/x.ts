import Sqlite from 'better-sqlite3'
import { copyFileSync, rmSync } from 'node:fs'
import { v7 } from 'uuid'
import { createBody } from './data/bench-customer.ts'
const src = process.argv[2]!
const variants = process.argv.slice(3)
for (const v of variants) {
  const f = `/tmp/crm-lite-bench/x-${process.pid}.db`
  for (const s of ['', '-wal', '-shm']) rmSync(f + s, { force: true })
  copyFileSync(src, f)
  const has = (x: string) => v.split(',').includes(x)
  let d = new Sqlite(f)
  if (has('noidx')) for (const i of ['customer_name', 'customer_status', 'customer_engaged_party_id']) d.exec(`drop index if exists ${i}`)
  if (has('evidx1')) d.exec('drop index event_at')
  if (has('evidx0')) d.exec('drop index event_at; drop index event_of_resource')
  if (has('linkint')) d.exec('create table customer_link2(attribute integer, value text, id text, primary key(attribute,value,id)) without rowid; insert into customer_link2 select case attribute when \'email\' then 1 when \'phone\' then 2 else 3 end, value, id from customer_link; drop table customer_link; alter table customer_link2 rename to customer_link')
  const ps = v.match(/ps(\d+)/)?.[1]
  if (ps) { d.pragma('journal_mode=delete'); d.pragma(`page_size=${ps}`); d.exec('vacuum') }
  d.pragma('journal_mode=wal'); d.pragma('synchronous=full'); d.pragma('cache_size=-' + (v.match(/cache(\d+)/)?.[1] ?? 16384))
  d.pragma('wal_autocheckpoint=' + (v.match(/cp(\d+)/)?.[1] ?? 8192))
  d.pragma('temp_store=memory')
  if (has('nosync')) d.pragma('synchronous=off')
  const ins = d.prepare('insert into customer (tenant,id,revision,document) values (?,?,1,?)')
  const ev = d.prepare(`insert into event (id, tenant, resource, resource_id, kind, revision, changed_paths, actor, correlation_id, traceparent, at, document) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
  const link = has('linkint') ? d.prepare('insert into customer_link (attribute,value,id) values (?,?,?)') : d.prepare('insert into customer_link (tenant,attribute,value,id) values (?,?,?,?)')
  const begin = d.prepare('begin immediate'), commit = d.prepare('commit')
  const N = 16384, B = +(v.match(/b(\d+)/)?.[1] ?? 64)
  const bodies = Array.from({ length: N }, (_, i) => createBody(100000 + i))
  const links = bodies.map(b => { const c = JSON.parse(b); const r: [string, string][] = []; for (const m of c.contactMedium ?? []) { if (m.characteristic?.emailAddress) r.push(['email', m.characteristic.emailAddress]); if (m.characteristic?.phoneNumber) r.push(['phone', m.characteristic.phoneNumber]) } for (const p of c.relatedParty ?? []) r.push(['related_party_id', p.id]); for (const a of c.account ?? []) if (a.id) r.push(['account_id', a.id]); return [...new Map(r.map(x => [x.join('\0'), x])).values()] })
  if (v === variants[0]) console.log('links per row', links.reduce((a, b) => a + b.length, 0) / N, 'bytes', bodies.reduce((a, b) => a + b.length, 0) / N)
  const c0 = process.cpuUsage(), t0 = performance.now()
  let tc = 0
  for (let i = 0; i < N; i += B) {
    begin.run()
    for (let j = i; j < Math.min(N, i + B); j++) {
      const id = v7()
      const doc = `{"id":"${id}",` + bodies[j]!.slice(1)
      ins.run('default', id, doc)
      if (!has('nolink')) for (const [a, x] of links[j]!) has('linkint') ? link.run(a === 'email' ? 1 : a === 'phone' ? 2 : 3, x, id) : link.run('default', a, x, id)
      if (!has('noev')) ev.run(v7(), 'default', 'customer', id, 'created', 1, '[]', 'anonymous', id, null, '2026-11-23T18:41:25.310Z', has('evnodoc') ? '' : doc)
    }
    const t = performance.now(); commit.run(); tc += performance.now() - t
  }
  const c = process.cpuUsage(c0)
  console.log(v.padEnd(28), 'cpu µs/row', ((c.user + c.system) / N).toFixed(1), 'user', (c.user / N).toFixed(1), 'sys', (c.system / N).toFixed(1), 'wall', ((performance.now() - t0) * 1000 / N).toFixed(1), 'commit wall', (tc * 1000 / N).toFixed(1))
  d.close(); for (const s of ['', '-wal', '-shm']) rmSync(f + s, { force: true })
}
