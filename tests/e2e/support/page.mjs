// The page fixture. A test gets the built page, served below a sub-path, and fails for anything that a person
// would not forgive: a console error, an uncaught exception, a breach of the page's policy, a broken link to an asset,
// or any request to an origin that the test did not name.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serve } from '../../../scripts/serve.mjs';
import { browser, closeBrowser } from './browser.mjs';
import { startMetricsServer } from './metrics-server.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const BASE = '/servescope/';
const folder = process.env.SERVESCOPE_SITE ?? join(checkout, 'target/e2e-site');
if (!existsSync(join(folder, 'index.html'))) throw new Error(`no built page in ${folder}: run 'make e2e'`);

export const site = await serve({ folder, base: BASE });
export const metrics = await startMetricsServer();

after(async () => {
  await closeBrowser();
  site.close();
  metrics.close();
});

/**
 * A test with a page of its own, loaded and started: `pageTest('name', async ({ page }) => …, options)`.
 * - `origins`: further origins that the page may ask, for example `[metrics.origin]`.
 * - `expectConsole`: patterns of console errors that must appear, each at least once (Chromium logs a failed fetch as an error).
 * - `width`, `height`, `colorScheme`, `reducedMotion`, `permissions`, `hash`: the state of the browser and of the address.
 */
export function pageTest(name, body, options = {}) {
  test(name, { timeout: 120_000 }, async () => {
    const opened = await openPage(options);
    try {
      await body(opened);
    } catch (error) {
      // What the watch saw is often the reason.
      if (opened.breaches.length > 0) error.message += `\nseen meanwhile:\n  ${opened.breaches.join('\n  ')}`;
      throw error;
    } finally {
      await opened.context.close();
    }
    assert.deepEqual(opened.breaches, [], 'the page stayed clean');
    assert.deepEqual(opened.missingErrors(), [], 'every expected console error appeared');
  });
}

/** Opens the page and watches it; see `pageTest` for the options. The caller closes `context`. */
export async function openPage(options = {}) {
  const { width = 1280, height = 900, colorScheme = 'light', reducedMotion = 'reduce', permissions = [], hash = '', origins = [], expectConsole = [] } = options;
  const context = await (await browser()).newContext({ viewport: { width, height }, colorScheme, reducedMotion, permissions, locale: 'en-GB', timezoneId: 'UTC' });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const { breaches, missingErrors } = await watch(context, page, [site.origin, ...origins], expectConsole);
  await page.goto(site.url + hash);
  await page.waitForFunction(() => globalThis.servescopeStarted === true);
  return { page, context, site, metrics, breaches, missingErrors };
}

async function watch(context, page, origins, expectConsole) {
  const breaches = [];
  const seen = new Set();

  page.on('console', (message) => {
    if (message.type() !== 'error') return;
    const text = `${message.text()} (${message.location().url})`;
    const expected = expectConsole.find((pattern) => pattern.test(text));
    if (expected) seen.add(expected);
    else breaches.push(`console error: ${text}`);
  });
  page.on('pageerror', (error) => breaches.push(`uncaught: ${error.message}`));
  page.on('crash', () => breaches.push('the tab crashed'));
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^https?:|^wss?:/.test(url.protocol) && !origins.includes(url.origin)) breaches.push(`request to another origin: ${request.url()}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400 && new URL(response.url()).origin === site.origin) breaches.push(`${response.status()} for ${response.url()}`);
  });

  await context.exposeFunction('servescopeBreach', (text) => breaches.push(text));
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      globalThis.servescopeBreach(`policy violation: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
    });
    addEventListener('TrunkApplicationStarted', () => { globalThis.servescopeStarted = true; });
  });

  return { breaches, missingErrors: () => expectConsole.filter((pattern) => !seen.has(pattern)).map(String) };
}
