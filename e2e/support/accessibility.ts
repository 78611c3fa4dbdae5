/** Holds a screen to axe. */
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** Nothing that axe objects to, in light and in dark, no sideways scrolling, a title of its own. */
export async function isAccessible(page: Page, title: string): Promise<void> {
  // A menu is a layer above the landmarks, as a dialog is; the rule knows only dialogs.
  const without = (await page.getByRole('menu').count()) > 0 ? ['region'] : [];
  await expect(page).toHaveTitle(`${title} · Gatehouse`);
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect([title, 'scrolls sideways by', sideways]).toEqual([title, 'scrolls sideways by', 0]);
  // Another colour scheme changes nothing but colours.
  for (const [colorScheme, rules] of [
    ['light', null],
    ['dark', ['color-contrast']],
  ] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
    // In the page itself: there are no frames to put together, for which axe would open a further page each time.
    const axe = new AxeBuilder({ page }).disableRules(without).setLegacyMode();
    const { violations } = await (rules === null ? axe : axe.withRules([...rules])).analyze();
    const found = violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${title}, ${colorScheme}: ${id}: ${node.html.slice(0, 160)} ${node.failureSummary ?? ''}`),
    );
    expect(found).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
