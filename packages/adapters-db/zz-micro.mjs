import Sqlite from 'better-sqlite3'

const file = '/tmp/crm-lite-bench/e46e6bd17836/100000.db'
const mk = extra => {
  const d = new Sqlite(file, { readonly: true })
  d.pragma('cache_size=-8192')
  d.pragma('synchronous=FULL')
  extra?.(d)
  return d
}
const ids = mk().prepare("select id from customer where tenant='default' limit 16384").pluck().all() // near ids
const sh = ids.map((_, i) => ids[(i * 7919) % ids.length])
const cpu = () => {
  const u = process.cpuUsage()
  return u.user + u.system
}
function time(name, f, n = sh.length * 3) {
  for (let i = 0; i < sh.length; i++) f(sh[i])
  const c = cpu()
  for (let i = 0; i < n; i++) f(sh[i % sh.length])
  console.log(name.padEnd(40), ((cpu() - c) / n).toFixed(2), 'us')
}
const d1 = mk()
const pl = d1.prepare('select document from customer where tenant=? and id=?').pluck()
const d2 = mk(d => d.pragma('query_only=on'))
const ra = d2.prepare('select r.revision, r.document from customer as r where r.tenant=? and r.id=?').raw(true)
const d3 = mk()
const rg = d3.prepare('select r.revision, r.document from customer as r where r.tenant=? and r.id=?').raw(true)
const d5 = mk()
const pp = d5.prepare('select r.revision || r.document from customer as r where r.tenant=? and r.id=?').pluck()
const d4 = mk()
const b4 = d4.prepare('begin'),
  c4 = d4.prepare('commit'),
  g4 = d4.prepare('select r.revision, r.document from customer as r where r.tenant=? and r.id=?').raw(true)
const d6 = mk(d => {
  d.pragma('cache_size=-262144')
})
const g6 = d6.prepare('select r.revision, r.document from customer as r where r.tenant=? and r.id=?').raw(true)
const d7 = mk(d => {
  d.pragma('mmap_size=268435456')
})
const g7 = d7.prepare('select r.revision, r.document from customer as r where r.tenant=? and r.id=?').raw(true)
const d8 = mk()
const g8 = d8.prepare('select 1').pluck()
const d9 = mk()
const g9 = d9.prepare('select r.revision from customer r where r.tenant=? and r.id=?').pluck()
for (let k = 0; k < 3; k++) {
  time('floor get pluck', id => pl.get('default', id))
  time('ours all raw', id => ra.all('default', id))
  time('get raw', id => rg.get('default', id))
  time('get pluck concat', id => pp.get('default', id))
  let i = 0
  b4.run()
  time('get raw, tx of 20', id => {
    if (++i % 20 === 0) {
      c4.run()
      b4.run()
    }
    return g4.get('default', id)
  })
  c4.run()
  time('get raw big cache', id => g6.get('default', id))
  time('get raw mmap', id => g7.get('default', id))
  time('select 1', id => g8.get())
  time('get revision only', id => g9.get('default', id))
}
