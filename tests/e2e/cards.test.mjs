// What must hold for every card, whatever was given.
import assert from 'node:assert/strict';
import { beforeAndAfter, complete, report, sample } from './support/dumps.mjs';
import { open } from './support/input.mjs';
import { pageTest } from './support/page-test.mjs';

/** Ids that are given twice, and references that lead nowhere. The rules are on a page of their own. */
const astray = (page) => page.evaluate(() => {
  const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
  const found = ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `twice: ${id}`);
  for (const name of ['aria-labelledby', 'aria-describedby', 'for', 'list', 'aria-activedescendant']) {
    for (const element of document.querySelectorAll(`[${name}]:not(dialog:not([open]))`)) {
      const target = element.getAttribute(name);
      if (!ids.includes(target)) found.push(`${name}=${target}`);
    }
  }
  for (const { hash } of document.querySelectorAll('main a[href^="#"]')) {
    const target = hash.slice(1);
    if (target !== '' && target !== 'rules' && !target.startsWith('rule-') && !ids.includes(target)) found.push(`#${target}`);
  }
  return found;
});

for (const name of ['vllm-kv-bound', 'sglang-overload', 'tgi-overload']) {
  pageTest(`${name}: every id is given once and every reference leads somewhere, under both rules`, async ({ page }) => {
    await open(page, '#open-files', [{ name: 'damaged.prom', bytes: `${sample(`${name}-1`)}\nsome words\n` }]);
    await complete(page);
    assert.deepEqual(await astray(page), []);
    await page.getByLabel('Rules', { exact: true }).selectOption('classic');
    await page.locator('.fact', { hasText: 'classic' }).waitFor();
    await complete(page);
    assert.deepEqual(await astray(page), []);
  });
}

pageTest('and so with two windows side by side', async ({ page }) => {
  await open(page, '#open-files', beforeAndAfter());
  await complete(page);
  assert.deepEqual(await astray(page), []);
});

pageTest('a name in the text stays text', async ({ page }) => {
  const evil = '<img src=x onerror=alert(1)>';
  await open(page, '#open-files', [{ name: 'evil.prom', bytes: sample('vllm-kv-bound-1').replaceAll('model_name="', `model_name="${evil}`) }]);
  await complete(page);
  await page.locator('.fact', { hasText: evil }).waitFor();
  assert.equal(await page.locator('img').count(), 0);
});

pageTest('a finding stays the same element while others come before it and go', async ({ page }) => {
  await report(page, 'tgi-overload-1', 'tgi-overload-2');
  const ids = () => page.locator('.finding').evaluateAll((all) => all.map(({ id }) => id));
  const before = await ids();
  const last = before.at(-1);
  const kept = await page.locator(`#${last}`).elementHandle();
  await page.locator(`#${last} .proof summary`).click();
  await page.getByRole('button', { name: 'Remove tgi-overload-2.prom' }).click();
  await page.waitForFunction((shown) => [...document.querySelectorAll('.finding')].map(({ id }) => id).join() !== shown, before.join());
  const after = await ids();
  assert.ok(after.includes(last) && after.indexOf(last) !== before.indexOf(last), `${before} then ${after}`);
  assert.ok(await page.locator(`#${last}`).evaluate((element, old) => element === old, kept), 'the card is the same element');
  assert.equal(await page.locator(`#${last} .proof`).evaluate((fold) => fold.open), true);
});

pageTest('a range is not broken, and copying it adds nothing', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
  const ranges = await page.locator('span.range').evaluateAll((all) => all.map((range) => [range.textContent, getComputedStyle(range).whiteSpace]));
  assert.ok(ranges.length > 0);
  for (const [text, space] of ranges) {
    assert.match(text, /[\d%∞]–[\d%∞]|[sB]–\d/);
    assert.match(space, /nowrap/);
  }
});
