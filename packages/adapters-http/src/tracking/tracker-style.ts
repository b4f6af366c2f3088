/** Of all pages. Phones first; colours of both schemes keep a contrast of 4.5 to 1 at least. */
export const trackerStyle = `
:root {
  color-scheme: light dark;
  --page: #f2f4f8; --card: #ffffff; --edge: #dfe3ea; --text: #161a22; --quiet: #545c6b; --line: #c9d0db;
  --blue: #1a56c8; --blue-soft: #e8f0ff; --green: #0a6f45; --green-soft: #e3f6ec;
  --amber: #8a4a00; --amber-soft: #fff1db; --red: #a3221b; --red-soft: #fdeceb; --grey-soft: #edf0f4;
  --on-node: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1116; --card: #171b22; --edge: #2a303b; --text: #edf0f5; --quiet: #a6afbf; --line: #3d4655;
    --blue: #86b3ff; --blue-soft: #17294a; --green: #62d29c; --green-soft: #12301f;
    --amber: #ffbe70; --amber-soft: #3a2708; --red: #ff9c94; --red-soft: #3c1715; --grey-soft: #252b35;
    --on-node: #10131a;
  }
}
* { box-sizing: border-box; margin: 0; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  background: var(--page); color: var(--text); overflow-wrap: anywhere;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", sans-serif;
  padding: 1.25rem max(1rem, env(safe-area-inset-right)) 2rem max(1rem, env(safe-area-inset-left));
}
main, footer { max-width: 44rem; margin-inline: auto; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: 0 .25rem .75rem; }
.brand { font-weight: 650; }
.order { color: var(--quiet); }
.card { background: var(--card); border: 1px solid var(--edge); border-radius: 1rem; padding: 1.25rem; margin-bottom: 1rem; }
h1 { font-size: clamp(1.5rem, 1.1rem + 2.2vw, 2.1rem); line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h2 { font-size: 1.05rem; margin-bottom: .9rem; }
h3 { font-size: 1rem; font-weight: 600; line-height: 1.45; }
a { color: var(--blue); }
a:focus-visible { outline: 3px solid var(--blue); outline-offset: 3px; border-radius: .25rem; }

.summary { --tone: var(--blue); --soft: var(--blue-soft); border-top: .35rem solid var(--tone); }
.summary[data-tone="done"] { --tone: var(--green); --soft: var(--green-soft); }
.summary[data-tone="late"], .summary[data-tone="waiting"] { --tone: var(--amber); --soft: var(--amber-soft); }
.summary[data-tone="stopped"] { --tone: var(--red); --soft: var(--red-soft); }
.when { margin-top: .45rem; font-size: 1.1rem; }
.when time { white-space: nowrap; }
.apology { color: var(--quiet); margin-top: .15rem; }
.progress { margin-top: 1.1rem; }
.progress p { display: flex; justify-content: space-between; gap: 1rem; margin-top: .4rem; color: var(--quiet); }
.progress strong { color: var(--text); }
progress {
  display: block; width: 100%; height: .7rem; border: 0; border-radius: 1rem; overflow: hidden;
  appearance: none; -webkit-appearance: none; background: var(--grey-soft); color: var(--tone);
}
progress::-webkit-progress-bar { background: var(--grey-soft); }
progress::-webkit-progress-value { background: var(--tone); border-radius: 1rem; transition: width .6s ease; }
progress::-moz-progress-bar { background: var(--tone); border-radius: 1rem; }

.tag {
  display: inline-block; font-size: .8rem; font-weight: 650; line-height: 1.3; padding: .15rem .55rem; border-radius: 1rem;
  vertical-align: .1em; white-space: nowrap;
}
.tag.now { background: var(--blue-soft); color: var(--blue); }
.tag.good { background: var(--green-soft); color: var(--green); }
.tag.late { background: var(--amber-soft); color: var(--amber); }

.timeline, .items { list-style: none; padding: 0; }
.timeline li {
  position: relative; display: grid; grid-template-columns: 1.75rem 1fr; column-gap: .85rem; padding-bottom: 1.35rem;
}
.timeline li:last-child { padding-bottom: .1rem; }
.timeline li::before {
  content: ""; position: absolute; inset-inline-start: calc(.875rem - 1px); top: 1.75rem; bottom: 0;
  border-inline-start: 2px dashed var(--line);
}
.timeline li[data-status="done"]::before { border-inline-start: 2px solid var(--green); }
.timeline li:last-child::before { display: none; }
.node {
  width: 1.75rem; height: 1.75rem; border-radius: 50%; border: 2px solid var(--line); background: var(--card);
  display: grid; place-items: center; grid-row: 1 / span 3; transition: background-color .4s, border-color .4s;
}
.node svg { width: 1.05rem; height: 1.05rem; }
[data-status="done"] > .node { background: var(--green); border-color: var(--green); color: var(--on-node); }
[data-status="current"] > .node { border-color: var(--blue); }
[data-status="current"]:not([data-late]) > .node::after {
  content: ""; width: .75rem; height: .75rem; border-radius: 50%; background: var(--blue);
}
[data-late] > .node { background: var(--amber-soft); border-color: var(--amber); color: var(--amber); }
.what { min-width: 0; padding-top: .08rem; }
[data-status="expected"] h3 { font-weight: 500; color: var(--quiet); }
.item, .description, .date { color: var(--quiet); font-size: .93rem; }
.date { grid-column: 2; }

.items li { padding: .55rem 0; border-top: 1px solid var(--edge); }
.items > li:first-child { border-top: 0; padding-top: 0; }
.items > li:last-child { padding-bottom: 0; }
.items div { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: baseline; gap: .15rem 1rem; }
.items .items { margin: .5rem 0 0; padding-inline-start: 1rem; border-inline-start: 2px solid var(--edge); }
.state { font-size: .85rem; font-weight: 600; padding: .1rem .6rem; border-radius: 1rem; background: var(--grey-soft); color: var(--text); }
.state[data-state="completed"] { background: var(--green-soft); color: var(--green); }
.state[data-state="inProgress"] { background: var(--blue-soft); color: var(--blue); }
.state[data-state="held"], .state[data-state="pending"] { background: var(--amber-soft); color: var(--amber); }
.state[data-state="failed"], .state[data-state="rejected"] { background: var(--red-soft); color: var(--red); }

.updated, footer { color: var(--quiet); font-size: .9rem; padding-inline: .25rem; }
footer { margin-top: .15rem; }
footer p { display: flex; align-items: center; gap: .5rem; }
[hidden], footer p[hidden] { display: none; }
.pulse { width: .6rem; height: .6rem; border-radius: 50%; background: var(--green); }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.notice { padding-top: 10vh; }
.notice .card { padding: 2rem 1.5rem; }
.notice .card p { margin-top: .6rem; color: var(--quiet); }

@media (min-width: 36rem) {
  body { padding-top: 2.5rem; }
  .card { padding: 1.6rem 1.75rem; }
  .timeline li { grid-template-columns: 1.75rem 1fr auto; }
  .date { grid-column: 3; grid-row: 1; padding-top: .12rem; text-align: end; }
}
@media (prefers-reduced-motion: no-preference) {
  [data-status="current"]:not([data-late]) > .node::after { animation: breathe 2.4s ease-in-out infinite; }
  .pulse { animation: breathe 2.4s ease-in-out infinite; }
}
@keyframes breathe { 50% { opacity: .35; transform: scale(.82); } }
@media (forced-colors: active) {
  .node, .tag, .state, progress { border: 1px solid CanvasText; }
  [data-status="done"] > .node { background: CanvasText; color: Canvas; forced-color-adjust: none; }
}
@media print {
  body { background: none; padding: 0; }
  .card { break-inside: avoid; }
  footer { display: none; }
}
`
