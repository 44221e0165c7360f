// The built page, served below a sub-path, in a browser, under watch.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve } from '../../../scripts/serve.mjs';
import { browser } from './browser.mjs';
import { startMetricsServer } from './metrics-server.mjs';

const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
export const BASE = '/servescope/';
const folder = resolve(checkout, process.env.CARGO_TARGET_DIR ?? 'target', 'e2e-site');
if (!existsSync(join(folder, 'index.html'))) throw new Error(`no built page in ${folder}: run 'make e2e'`);

export const site = await serve({ folder, base: BASE });
export const metrics = await startMetricsServer();

export function closeServers() {
  site.close();
  metrics.close();
}

/**
 * Opens the page, waits until it has started, and keeps a list of breaches: what a person would not forgive. That is a
 * console error, an uncaught exception, a breach of the page's policy, an asset that is missing, or any request to an
 * origin that the options do not name. `requests` has what was asked for, the worker's requests too. The caller closes `context`. Options:
 * - `origins`: further origins that the page may ask, for example `[metrics.origin]`.
 * - `routes`: `[pattern, answer]` pairs for requests that are answered otherwise, as the browser driver's `route` takes them.
 * - `expectConsole`: patterns of console errors that must appear, each at least once (Chromium logs a failed fetch as an error).
 * - `before`: what is done with the page before it is opened.
 * - `touch`: a phone; its pointer is a finger.
 * - `width`, `height`, `colorScheme`, `reducedMotion`, `permissions`, `hash`: the state of the browser and of the address.
 */
export async function openPage(options = {}) {
  const { before, routes = [], width = 1280, height = 900, colorScheme = 'light', reducedMotion = 'reduce', permissions = [], touch = false, hash = '', origins = [], expectConsole = [] } = options;
  const context = await (await browser()).newContext({ viewport: { width, height }, colorScheme, reducedMotion, permissions, hasTouch: touch, isMobile: touch, locale: 'en-GB', timezoneId: 'UTC' });
  context.setDefaultTimeout(15_000);
  for (const [pattern, answer] of routes) await context.route(pattern, answer);
  const page = await context.newPage();
  await before?.(page);
  const { breaches, missingErrors, requests } = await watch(context, page, [site.origin, ...origins], expectConsole);
  await page.goto(site.url + hash);
  await page.waitForFunction(() => globalThis.servescopeStarted === true);
  return { page, context, site, metrics, breaches, missingErrors, requests };
}

async function watch(context, page, origins, expectConsole) {
  const breaches = [];
  const requests = [];
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
    requests.push({ url: request.url(), at: Date.now() });
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

  return { breaches, requests, missingErrors: () => expectConsole.filter((pattern) => !seen.has(pattern)).map(String) };
}
