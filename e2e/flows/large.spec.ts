/** A workspace with 100,000 people and as many requests is worked with like a small one. */
import type { Locator, Page } from '@playwright/test';
import { DirectoryPage } from '../pages/directory.ts';
import { signInAs } from '../pages/entrance.ts';
import { RequestsPage } from '../pages/requests.ts';
import { expect, test } from '../support/gatehouse.ts';

test.use({ begins: 'large' });

/** Rows that exist at once, however many there are in all. */
const drawnAtMost = 60;

/** Walks down until rows beyond the first pages are there. */
async function walkDown(page: Page, grid: Locator): Promise<void> {
  const rows = grid.getByRole('row');
  await rows.nth(1).focus();
  for (let pages = 0; pages < 4; pages += 1) {
    await page.keyboard.press('End');
    const reached = Number(await grid.locator('[role="row"]:focus').getAttribute('aria-rowindex'));
    expect(await rows.count()).toBeLessThan(drawnAtMost);
    // The next page arrives because the end came near.
    await expect(async () => {
      await page.keyboard.press('ArrowDown');
      expect(Number(await grid.locator('[role="row"]:focus').getAttribute('aria-rowindex'))).toBeGreaterThan(reached);
    }).toPass();
  }
  expect(Number(await grid.locator('[role="row"]:focus').getAttribute('aria-rowindex'))).toBeGreaterThan(200);
}

test('directory and requests scroll and are searched, with few rows drawn', async ({ console: window }) => {
  await signInAs(window, 'Daniel Castillo');
  const directory = await DirectoryPage.open(window);
  await expect(window.getByRole('status').filter({ hasText: '100,206 people' })).toBeVisible();
  await walkDown(window, directory.people);
  await directory.search('person 099999');
  await expect(directory.row('Person 099999')).toBeVisible();
  await expect(directory.people.getByRole('row')).toHaveCount(2);
  await directory.search('no such person');
  await expect(window.getByText('Nobody matches')).toBeVisible();

  const requests = await RequestsPage.open(window, 'All I may see');
  await requests.show('Completed');
  await expect(window.getByText(/^Completed 100,00\d$/)).toBeVisible();
  const grid = window.getByRole('grid', { name: 'Access requests' });
  await expect(grid.getByRole('row').nth(1)).toBeVisible();
  await walkDown(window, grid);
  await requests.search('person-77777@large.example');
  await expect(grid.getByRole('row')).toHaveCount(2);
  await requests.open(77_777);
});
