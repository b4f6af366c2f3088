/** The tracker in a browser. Without one the run says that it was not checked. */
import axe, { type AxeResults } from 'axe-core'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import t from 'tap'
import { findChromium } from '../testing/find-chromium.ts'
import { JOURNEYS, startTracked } from '../testing/tracked-order.ts'

const executablePath = findChromium()
const skip = executablePath === undefined && 'no Chromium: install it, or name one with CHROMIUM_PATH'
const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true }
const PATIENCE = { timeout: 30_000 }

t.test('the tracker in a browser', { skip }, async t => {
  // Root has no sandbox; what is opened here is our own.
  const browser = await chromium.launch({ executablePath: executablePath ?? '', args: ['--no-sandbox', '--disable-gpu'] })
  t.teardown(() => browser.close())

  t.test('shows the way of an order while it goes on, without being reloaded', async t => {
    const world = await listening(t)
    const { page, problems } = await open(browser, await address(world))
    await page.getByRole('heading', { level: 1, name: 'We have received your order' }).waitFor(PATIENCE)
    await page.getByText('This page updates by itself').waitFor(PATIENCE)
    t.equal(await page.getByRole('link', { name: 'Reload' }).isVisible(), false)
    await page.evaluate(() => {
      Object.assign(globalThis, { isSamePage: true })
    })

    await world.accept()
    await page.getByRole('heading', { level: 1, name: 'We are working on your order' }).waitFor(PATIENCE)
    await world.add('Technician on site', { after: 'accepted', before: 'delivered:1' })
    const added = page.getByRole('listitem').filter({ hasText: 'Technician on site' })
    await added.getByText('Now').waitFor(PATIENCE)
    t.match(await page.getByRole('status').textContent(), /2 of 6 steps done. Now: Technician on site/, 'and that is said aloud')
    await world.reach('technician-on-site')
    await page.getByText('3 of 6 steps done', { exact: true }).waitFor(PATIENCE)
    t.equal(await page.getByRole('progressbar').getAttribute('value'), '50')
    await world.move('1', 'completed')
    await world.move('2', 'completed')
    await page.getByRole('heading', { name: 'Your order is complete' }).waitFor(PATIENCE)
    t.match(await page.title(), 'Your order is complete')
    await page.getByText('This page updates by itself').waitFor({ ...PATIENCE, state: 'hidden' })
    t.ok(await page.evaluate(() => Reflect.get(globalThis, 'isSamePage')))
    t.same(problems, [])
    await page.context().close()
  })

  t.test('keeps the place of who is reading', async t => {
    const world = await listening(t)
    const { page } = await open(browser, await address(world))
    await page.getByText('This page updates by itself').waitFor(PATIENCE)
    const first = await page.locator('.timeline > li').first().elementHandle()
    await world.accept()
    await page.getByText('2 of 5 steps done', { exact: true }).waitFor(PATIENCE)
    t.ok(await first?.evaluate(element => element.isConnected), 'what did not change is what it was')
    await page.context().close()
  })

  t.test('offers to be reloaded while it is cut off, and is right again afterwards', async t => {
    const world = await listening(t, { feed: { heartbeatMs: 50 } })
    const { page } = await open(browser, await address(world))
    await page.getByText('This page updates by itself').waitFor(PATIENCE)
    await page.context().setOffline(true)
    // Offline does not end what is open: that the server does.
    world.app.server.closeAllConnections()
    await page.getByRole('link', { name: 'Reload' }).waitFor(PATIENCE)
    await world.accept()
    await page.context().setOffline(false)
    await page.getByText('2 of 5 steps done', { exact: true }).waitFor(PATIENCE)
    await page.getByText('This page updates by itself').waitFor(PATIENCE)
    await page.context().close()
  })

  t.test('says that the link is void as soon as it is', async t => {
    const world = await listening(t, { feed: { heartbeatMs: 50 } })
    const { id, token } = await world.newToken()
    const { page, problems } = await open(browser, `${world.url}/tracking/${token}`)
    await page.getByText('This page updates by itself').waitFor(PATIENCE)
    await world.revoke(id)
    await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor(PATIENCE)
    t.same(await accessibilityProblems(page), [])
    t.ok(
      problems.every(each => each.includes('404')),
      'nothing went wrong but that'
    )
    await page.context().close()
  })

  t.test('works without a script', async t => {
    const world = await listening(t)
    const { page } = await open(browser, await address(world), { javaScriptEnabled: false })
    await page.getByRole('heading', { name: 'We have received your order' }).waitFor(PATIENCE)
    await world.accept()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'We are working on your order' }).waitFor(PATIENCE)
    await page.context().close()
  })

  t.test('can be read by everybody, in light and in dark, large and small, late and done', async t => {
    const world = await listening(t, { tracking: { brand: 'Moon Telecom' } })
    const url = await address(world)
    const check = async (what: string) => {
      for (const [name, options] of [
        ['phone, light', { ...phone, colorScheme: 'light' }],
        ['screen, dark', { colorScheme: 'dark' }]
      ] as const) {
        const { page, problems } = await open(browser, url, options)
        t.same(await accessibilityProblems(page), [], `${what}, ${name}`)
        t.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'nothing is out of sight')
        t.same(problems, [])
        await page.context().close()
      }
    }
    await check('new')
    await world.accept()
    await world.add('Technician on site', { after: 'accepted', description: 'x'.repeat(200), plan: { duration: 'PT1H' } })
    world.passHours(2)
    await world.add('Something else')
    await check('late')
    await world.move('1', 'failed')
    await world.move('2', 'completed')
    await check('partial')
  })
})

/** The app on a port of its own. */
async function listening(...args: Parameters<typeof startTracked>) {
  const world = await startTracked(...args)
  const origin = await world.app.listen({ host: '127.0.0.1', port: 0 })
  return { ...world, url: `${origin}${JOURNEYS}` }
}

async function address({ url, newToken }: Awaited<ReturnType<typeof listening>>): Promise<string> {
  return `${url}/tracking/${(await newToken()).token}`
}

/** A page, and what its console complains of: whatever breaks its own security policy is among that. */
async function open(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text())
  })
  page.on('pageerror', error => problems.push(String(error)))
  await page.goto(url)
  return { page, problems }
}

/** What breaks a rule of WCAG 2.2, A or AA, or a best practice. */
async function accessibilityProblems(page: Page): Promise<string[]> {
  // Not as an element of the page, whose policy would not run it.
  await page.evaluate(axe.source)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html}: ${node.failureSummary}`))
}
