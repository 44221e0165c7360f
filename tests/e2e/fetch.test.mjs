// Fetching by address: what works, and what each failure is called.
import assert from 'node:assert/strict';
import { chips, gone, verdict } from './support/dumps.mjs';
import { metrics } from './support/page.mjs';
import { pageTest } from './support/page-test.mjs';

const fetching = { origins: [metrics.origin, metrics.down] };
const failed = /net::ERR_FAILED/;

async function fetchFrom(page, address) {
  await page.getByRole('button', { name: 'Fetch from a URL' }).first().click();
  await page.getByLabel('Address of the server').fill(address);
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
}

const failure = (page) => page.locator('.failure');

pageTest('an address without scheme and path is completed', async ({ page }) => {
  await fetchFrom(page, metrics.origin.replace('http://', ''));
  await verdict(page);
  assert.deepEqual(await chips(page), [metrics.url('metrics')]);
  const asked = metrics.requests.filter(({ path }) => path === '/metrics').at(-1);
  assert.equal(asked.method, 'GET');
  assert.equal(asked.headers.cookie, undefined);
}, fetching);

pageTest('a redirect is followed', async ({ page }) => {
  await fetchFrom(page, metrics.url('redirect'));
  await verdict(page);
}, fetching);

for (const [route, headline, patterns] of [
  ['404', 'The server answers with status 404.', [/404/]],
  ['503', 'The server answers with status 503.', [/503/]],
  ['no-cors', 'The server answers, but does not let this page read it (CORS).', [/CORS policy/, failed]],
  ['huge', 'The answer is larger than 32 MB and was cut off.', []],
]) {
  pageTest(`${route} is named, with the command that works instead`, async ({ page }) => {
    await fetchFrom(page, metrics.url(route));
    await failure(page).getByRole('heading', { name: headline }).waitFor();
    assert.match(await failure(page).locator('.command code').textContent(), new RegExp(`curl -s '${metrics.url(route)}'`));
  }, { ...fetching, expectConsole: patterns });
}

pageTest('a server that hides its answer comes with its flag', async ({ page, site }) => {
  await fetchFrom(page, metrics.url('no-cors'));
  await failure(page).getByText(`--allowed-origins '["${new URL(site.url).origin}"]'`).waitFor();
}, { ...fetching, expectConsole: [/CORS policy/, failed] });

pageTest('a server that is down is not called a CORS problem', async ({ page }) => {
  await fetchFrom(page, metrics.down);
  await failure(page).getByRole('heading', { name: 'Nobody answers there.' }).waitFor();
}, { ...fetching, expectConsole: [/ERR_CONNECTION_REFUSED/] });

for (const [route, shown] of [['html', /begins with: <!DOCTYPE html>/], ['empty', /empty/]]) {
  pageTest(`an answer without metrics (${route}) says what it is`, async ({ page }) => {
    await fetchFrom(page, metrics.url(route));
    await failure(page).filter({ hasText: shown }).waitFor();
  }, fetching);
}

for (const typed of ['', 'ftp://x/metrics', 'two words', 'me:secret@gpu-7']) {
  pageTest(`“${typed}” is answered before anything is asked`, async ({ page }) => {
    const before = metrics.requests.length;
    await fetchFrom(page, typed);
    await failure(page).getByRole('heading').waitFor();
    assert.equal(metrics.requests.length, before);
    assert.equal(await page.getByLabel('Address of the server').inputValue(), typed);
  });
}

for (const route of ['slow', 'stalls']) {
  pageTest(`a server that ${route} is given up after ten seconds`, async ({ page }) => {
    await page.clock.install();
    await fetchFrom(page, metrics.url(route));
    await page.getByText(/Asking|Receiving/).waitFor();
    await waitForRequest(`/${route}`);
    await page.clock.fastForward(11_000);
    await failure(page).getByRole('heading', { name: 'No answer within 10 seconds.' }).waitFor();
  }, fetching);
}

pageTest('a fetch can be cancelled, and the address stays', async ({ page }) => {
  await fetchFrom(page, metrics.url('slow'));
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Fetch', exact: true }).waitFor();
  assert.equal(await page.getByLabel('Address of the server').inputValue(), metrics.url('slow'));
  await page.keyboard.press('Escape');
  await gone(page.locator('dialog[open]'));
}, fetching);

async function waitForRequest(path) {
  while (!metrics.requests.some((request) => request.path === path)) await new Promise((done) => setImmediate(done));
}
