// Many dumps of one server as a timeline.
import assert from 'node:assert/strict';
import { assertAccessible } from './support/axe.mjs';
import { frozen, report, verdict } from './support/dumps.mjs';
import { drop } from './support/input.mjs';
import { pageTest } from './support/page-test.mjs';

async function series(page) {
  await drop(page, 'body', frozen());
  await verdict(page);
  const card = page.locator('#timeline');
  await card.waitFor();
  return card;
}

pageTest('a stall between calm dumps is a phase, and the headline names it with its time', async ({ page }) => {
  const card = await series(page);
  const rows = card.locator('.phase-row');
  assert.equal(await rows.count(), 3);
  const plain = async (locator) => (await locator.textContent()).replaceAll('\u00a0', ' ');
  assert.match(await plain(rows.nth(1)), /From 18:00:45 to 18:01:05 UTC: the engine stood still with at least 3 requests inside/);
  assert.match(await plain(page.locator('.verdict .more')), /^Earlier, from 18:00:45 to 18:01:05 UTC: the engine stood still/);
  assert.equal(await page.locator('.chips details.many summary').textContent(), '25 dumps, 2 min: names, times and sizes');
  await assertAccessible(page);
});

pageTest('any phase can be analysed, and there is a way back to the present', async ({ page }) => {
  const card = await series(page);
  const calm = await verdict(page);
  await card.getByRole('button', { name: /^Analyse: From 18:00:45/ }).click();
  await card.getByRole('button', { name: 'Back to the present' }).waitFor();
  await page.locator('.finding[id="engine-stalled"]').waitFor();
  await card.getByRole('button', { name: 'Back to the present' }).click();
  await page.locator('.finding[id="engine-stalled"]').waitFor({ state: 'detached' });
  assert.equal(await verdict(page), calm);
});

pageTest('a span is chosen by keys, and each moment is read out', async ({ page }) => {
  const card = await series(page);
  const slider = card.getByRole('slider', { name: 'Moment' });
  await slider.focus();
  for (let presses = 0; presses < 15; presses += 1) await page.keyboard.press('ArrowLeft');
  assert.match(await slider.getAttribute('aria-valuetext'), /^18:00:45 UTC: .*requests waiting 0.*requests running 3/);
  await page.keyboard.press('Enter');
  for (let presses = 0; presses < 4; presses += 1) await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Enter');
  await page.locator('.finding[id="engine-stalled"]').waitFor();
});

pageTest('a span is chosen by dragging over the charts', async ({ page }) => {
  const card = await series(page);
  const box = await card.locator('.series').first().boundingBox();
  const x = (second) => box.x + (box.width * second) / 120;
  await page.mouse.move(x(46), box.y + 20);
  await page.mouse.down();
  await page.mouse.move(x(55), box.y + 25);
  await page.mouse.move(x(64), box.y + 30);
  await page.mouse.up();
  await page.locator('.finding[id="engine-stalled"]').waitFor();
});

pageTest('the timeline has a table, and a single dump has no empty frame', async ({ page }) => {
  const card = await series(page);
  await card.locator('details.twin summary').click();
  await card.locator('details.twin tbody tr').nth(24).waitFor();
  assert.match(await card.locator('details.twin tbody tr').nth(10).textContent(), /18:00:50 UTC.*stalled/);
  await page.reload();
  await page.waitForFunction(() => globalThis.servescopeStarted === true);
  await report(page, 'vllm-healthy-1');
  assert.equal(await page.locator('#timeline').count(), 0);
});
