// Where nothing is proven: the possible causes, what speaks for and against each, and what would decide.
import assert from 'node:assert/strict';
import { corpus, read } from '../support/corpus.mjs';
import { assertAccessible } from './support/axe.mjs';
import { UNPROVEN, complete, focusOn, gone, report, sample } from './support/dumps.mjs';
import { open } from './support/input.mjs';
import { pageTest } from './support/page-test.mjs';

const card = (page) => page.locator('#possible');
const given = async (page, bytes) => {
  await open(page, '#open-files', [{ name: 'dump.prom', bytes }]);
  await complete(page);
};

/** Each cause with its terms, and the verdict sends the reader to the first of them. */
async function ranked(page) {
  await card(page).getByRole('heading', { name: 'Possible causes' }).waitFor();
  const causes = await card(page).locator('li:has(h3)').evaluateAll((all) => all.map((cause) => ({
    title: cause.querySelector('h3').textContent,
    target: cause.querySelector('h3 a').hash,
    terms: [...cause.querySelectorAll('dt')].map((term) => term.textContent),
    decide: cause.querySelector('dd:last-of-type').textContent,
  })));
  assert.ok(causes.length >= 1 && causes.length <= 4, JSON.stringify(causes));
  for (const { title, terms, decide } of causes) {
    assert.equal(terms.at(-1), 'To decide', title);
    assert.ok(decide.length > 20, title);
    assert.ok(terms.includes('For') || terms.includes('Against'), title);
  }
  const first = await page.locator('.do-first').textContent();
  assert.ok(first.includes(causes[0].title) && first.includes(causes[0].decide), `${first} of ${JSON.stringify(causes[0])}`);
  return causes;
}

if (corpus !== null) {
  pageTest('a real server with 2,826 waiting requests, in one dump: causes are ranked, none is claimed', async ({ page }) => {
    await given(page, read('dumps/sglang/docs_2025-03-03_llama8b_overloaded.prom'));
    const causes = await ranked(page);
    assert.ok(causes.length > 1);
    assert.match(await card(page).textContent(), /tok\/s/);
    await assertAccessible(page);
  });
}

pageTest('a queue that one dump cannot explain: the first step decides between causes', async ({ page }) => {
  await given(page, UNPROVEN);
  await ranked(page);
  await assertAccessible(page);
  await page.locator('.jumps').getByRole('link', { name: /^Possible causes \d/ }).focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash === '#possible');
  await page.keyboard.press('Tab');
  await focusOn(page, await card(page).locator('h3 a').first().textContent());
});

for (const width of [320, 380]) {
  pageTest(`and at ${width} px nothing sticks out`, async ({ page }) => {
    await given(page, UNPROVEN);
    await ranked(page);
    const wide = await card(page).evaluate((part) => [part, ...part.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > innerWidth).map((element) => element.outerHTML.slice(0, 80)));
    assert.deepEqual(wide, []);
  }, { width });
}

pageTest('a claimed cause keeps the first word: what else is possible stands below its finding', async ({ page }) => {
  await report(page, 'vllm-kv-bound-1');
  await card(page).waitFor();
  assert.equal(await card(page).locator('h3 a').first().evaluate((link) => link.hash), `#${await page.locator('.finding').first().getAttribute('id')}`);
  const link = page.locator('.do-first a');
  assert.notEqual(await link.evaluate((element) => element.hash), '#possible');
  assert.ok(await card(page).evaluate((part) => part.compareDocumentPosition(document.querySelector('.finding')) & Node.DOCUMENT_POSITION_PRECEDING));
});

pageTest('paper has them, and a second dump that proves a cause takes them away', async ({ page }) => {
  await report(page, 'vllm-kv-bound-1');
  await page.emulateMedia({ media: 'print' });
  await card(page).waitFor();
  await page.emulateMedia({ media: 'screen' });
  await open(page, '#open-files', [{ name: 'second.prom', bytes: sample('vllm-kv-bound-2') }]);
  await gone(card(page));
});
