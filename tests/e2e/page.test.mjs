// What holds for the page as such, before any input.
import assert from 'node:assert/strict';
import { assertAccessible } from './support/axe.mjs';
import { BASE, metrics, site } from './support/page.mjs';
import { pageTest } from './support/page-test.mjs';

pageTest('starts below a sub-path and says what it is', async ({ page }) => {
  assert.match(await page.title(), /^servescope/);
  assert.equal(new URL(page.url()).pathname, BASE);
  await page.getByRole('main').waitFor();
});

pageTest('carries a policy that allows its own files and nothing inline', async ({ page }) => {
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /worker-src blob:(;|$)/, 'a worker that is loaded by its address would be free of the policy');
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval' 'sha256-[A-Za-z0-9+/=]+'/);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/);
});

pageTest('loads files of its own origin only, each once', async ({ page, context, requests }) => {
  const entries = requests.map(({ url }) => url).filter((url) => !url.startsWith('blob:'));
  context.on('request', (request) => { if (!request.url().startsWith('blob:')) entries.push(request.url()); });
  await page.evaluate(() => globalThis.servescope.ready());
  while (!entries.some((name) => name.endsWith('.prom'))) await new Promise((done) => setTimeout(done, 20));
  assert.equal(entries.filter((name) => name.endsWith('.wasm')).length, 2);
  assert.deepEqual(entries.filter((name) => !name.startsWith(site.url)), []);
  assert.equal(new Set(entries).size, entries.length);
});

pageTest('keeps nothing in cookies or storage by opening it', async ({ page, context }) => {
  assert.deepEqual(await context.cookies(), []);
  assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0);
});

pageTest('has no scroll bar across at 320 px', async ({ page }) => {
  const { scroll, width } = await page.evaluate(() => ({ scroll: document.documentElement.scrollWidth, width: innerWidth }));
  assert.ok(scroll <= width, `${scroll} px of content in ${width} px`);
}, { width: 320, height: 640 });

for (const colorScheme of ['light', 'dark']) {
  pageTest(`is accessible while empty, ${colorScheme}`, ({ page }) => assertAccessible(page), { colorScheme });
}

pageTest('the watch sees a policy violation and a foreign request', async ({ page, breaches }) => {
  // A watch that sees nothing would let every other test pass.
  await page.evaluate((url) => fetch(url).then((response) => response.text()), metrics.url('metrics'));
  await page.evaluate(() => new Promise((done) => {
    addEventListener('securitypolicyviolation', () => setTimeout(done), { once: true });
    const script = document.createElement('script');
    script.textContent = 'globalThis.smuggled = true';
    document.body.append(script);
  }));
  assert.equal(await page.evaluate(() => globalThis.smuggled), undefined);
  assert.ok(breaches.some((text) => text.startsWith('policy violation: script-src')), breaches.join('\n'));
  assert.ok(breaches.some((text) => text.startsWith('request to another origin')), breaches.join('\n'));
  breaches.length = 0;
});
