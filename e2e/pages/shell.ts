/** What is around every screen. */
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { desktopWindowOf } from '../support/desktop-window.ts';

export type Place =
  | 'Dashboard'
  | 'New request'
  | 'My tasks'
  | 'Access requests'
  | 'Applications'
  | 'Roles'
  | 'Directory'
  | 'Rules';

export async function goTo(page: Page, place: Place): Promise<void> {
  await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click();
  await heading(page, place === 'Dashboard' ? /^Hello, / : place);
}

export async function heading(page: Page, name: string | RegExp): Promise<void> {
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

/** One of the choices that stand side by side. */
export async function choose(scope: Page | Locator, group: string, choice: string | RegExp): Promise<void> {
  await scope.getByRole('radiogroup', { name: group }).getByText(choice).click();
}

/** Types into a field that finds what it offers, and takes what it found. */
export async function pick(
  page: Page,
  field: Locator,
  search: string,
  option: string | RegExp = search,
): Promise<void> {
  await field.click();
  await field.fill(search);
  await page.getByRole('option', { name: option }).first().click();
}

/** Takes one of a closed list. */
export async function select(page: Page, field: Locator, option: string): Promise<void> {
  await field.click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/**
 * The connection was lost and is back. The notice of it stays for seconds and comes however short the loss was, which
 * cannot be said of "Reconnecting…". A busy machine may take its time to start an engine.
 */
export async function connectedAgain(page: Page): Promise<void> {
  await expect(page.getByRole('status').getByText('Connected again.')).toBeVisible({ timeout: 30_000 });
}

export function notice(page: Page, text: string | RegExp): Locator {
  return page.getByRole('alert').filter({ hasText: text });
}

/** Saves a file: by the browser's download, or where the person says in the desktop program's dialog. */
export async function download(page: Page, button: Locator): Promise<{ readonly name: string; readonly path: string }> {
  const desktop = desktopWindowOf(page);
  if (desktop !== undefined) {
    await button.click();
    const said = notice(page, /^Saved as .*\.$/).last();
    await expect(said).toBeVisible();
    const name = /Saved as (.*)\.$/.exec((await said.textContent())?.trim() ?? '')?.[1] ?? '';
    // The next file has a notice of its own.
    await said.getByRole('button').click();
    await expect(said).toBeHidden();
    return { name, path: join(desktop.saves, name) };
  }
  const waiting = page.waitForEvent('download');
  await button.click();
  const file = await waiting;
  return { name: file.suggestedFilename(), path: await file.path() };
}

/** Tab until the focus is there, as somebody without a pointer does. */
export async function tabTo(page: Page, target: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead there`);
}
