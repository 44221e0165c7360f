// The settings: a change analyses again at once, what cannot be read is said beside its field.
import assert from 'node:assert/strict';
import { gone, report, verdict } from './support/dumps.mjs';
import { pageTest } from './support/page-test.mjs';

const goals = (page) => page.locator('.service h3').allTextContents();

pageTest('a preset changes the targets at once', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
  const before = await goals(page);
  const options = await page.getByLabel('Targets for').locator('option').evaluateAll((list) => list.map((option) => option.value));
  assert.ok(options.length > 5);
  await page.getByLabel('Targets for').selectOption(options.find((id) => id.includes('batch')) ?? options.at(-1));
  await page.locator('.services', { hasNotText: 'assumed' }).waitFor();
  assert.notDeepEqual(await goals(page), before);
});

pageTest('targets can be edited, with units, and errors stand beside the field', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
  await page.getByRole('button', { name: 'Edit the targets' }).click();
  const rows = page.locator('.target-row');
  await rows.first().waitFor();
  const count = await rows.count();
  assert.equal(count, await page.locator('.service').count());
  const value = rows.first().getByLabel('Value with unit');
  await value.fill('45 s');
  await page.locator('.service h3', { hasText: '≤ 45 s' }).waitFor();
  await value.fill('45 parsecs');
  await rows.first().locator('.field-error', { hasText: '“parsecs” is not a unit' }).waitFor();
  await rows.first().locator('[aria-invalid=true]').waitFor();
  await gone(page.locator('.service').nth(count - 1));
  assert.equal(await page.locator('.service').count(), count - 1, 'the others are still judged');
  assert.equal(await value.inputValue(), '45 parsecs', 'what was typed stays');
  assert.ok(await value.evaluate((field) => field === document.activeElement), 'the focus stays');
});

pageTest('a target can be added and removed', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  await page.getByRole('button', { name: 'Edit the targets' }).click();
  const rows = page.locator('.target-row');
  await rows.first().waitFor();
  const count = await rows.count();
  await page.getByRole('button', { name: 'Add a target' }).click();
  const row = rows.nth(count);
  await row.getByLabel('Metric').fill('kv_cache.usage');
  await row.getByLabel('Comparison').selectOption('<=');
  await row.getByLabel('Value with unit').fill('85 %');
  await page.locator('.service h3', { hasText: 'KV cache ≤ 85 %' }).waitFor();
  await row.getByRole('button', { name: 'Remove this target' }).click();
  await row.waitFor({ state: 'detached' });
  assert.equal(await rows.count(), count);
  await page.getByRole('button', { name: 'Back to the preset' }).click();
  await page.getByRole('button', { name: 'Edit the targets' }).waitFor();
});

pageTest('an unknown metric is named as such', async ({ page }) => {
  await report(page);
  await page.getByRole('button', { name: 'Edit the targets' }).click();
  const rows = page.locator('.target-row');
  await rows.first().waitFor();
  const row = rows.nth(await rows.count());
  await page.getByRole('button', { name: 'Add a target' }).click();
  await row.getByLabel('Metric').fill('ttft.p1000');
  await row.locator('.field-error', { hasText: 'not a known metric' }).waitFor();
});

pageTest('the classic profile brings its thresholds, which can be changed', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  await page.getByLabel('Rules', { exact: true }).selectOption('classic');
  await page.locator('.fact', { hasText: 'classic' }).waitFor();
  const queue = page.locator('.finding', { hasText: /queue/i });
  await queue.first().waitFor();
  await page.getByLabel('requests waiting above').fill('100000');
  await queue.first().waitFor({ state: 'detached' });
  await page.getByLabel('requests waiting above').fill('many');
  await page.locator('.field-error', { hasText: '“many” is not a number' }).waitFor();
});

pageTest('a backend can be forced, and what does not fit is said without losing anything', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1');
  const before = await verdict(page);
  await page.getByLabel('Server').selectOption('tgi');
  await page.locator('.verdict h1', { hasText: 'TGI' }).waitFor();
  await page.getByLabel('Server').selectOption('');
  await page.locator('.verdict h1', { hasText: before }).waitFor();
});

pageTest('the score can be another one', async ({ page }) => {
  await report(page, 'vllm-slot-bound-1', 'vllm-slot-bound-2');
  for (const score of ['classic', 'apdex', '']) {
    await page.getByLabel('Score').selectOption(score);
    await page.locator('.verdict .band').waitFor();
  }
});
