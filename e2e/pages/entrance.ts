/** What stands before the console: the first start and the sign-in. */
import { expect, type Page } from '@playwright/test';

export async function exploreSample(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Explore the sample organisation' }).click();
  await expect(page.getByRole('heading', { name: 'Who would you like to be?' })).toBeVisible();
}

export async function setUpOwnWorkspace(
  page: Page,
  own: { readonly organisation: string; readonly name: string; readonly email: string },
): Promise<void> {
  const form = page.getByRole('region', { name: 'Set up your own workspace' });
  await form.getByLabel('Organisation').fill(own.organisation);
  await form.getByLabel('Your name').fill(own.name);
  await form.getByLabel('Your work e-mail').fill(own.email);
  await form.getByRole('button', { name: 'Set up my workspace' }).click();
}

/** Signs in to an own workspace, as the one person who may. */
export async function continueAs(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Continue as ${name}` }).click();
  await signedIn(page, name);
}

/** Signs in to the sample organisation as one of its people. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.getByRole('searchbox', { name: 'Search people' }).fill(name);
  const wanted = page.getByRole('button', { name: new RegExp(`^${RegExp.escape(name)} `) });
  await expect(wanted).toBeVisible();
  // Until the others have gone, the one that is meant may still move away from under the pointer.
  await expect(page.getByRole('listitem').filter({ hasNotText: name })).toHaveCount(0);
  await wanted.click();
  await signedIn(page, name);
}

export async function switchTo(page: Page, name: string): Promise<void> {
  await accountMenu(page).click();
  await page.getByRole('menuitem', { name: 'Switch person' }).click();
  await signInAs(page, name);
}

export function accountMenu(page: Page) {
  return page.getByRole('button', { name: 'Account menu' });
}

async function signedIn(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('button', { name: `Signed in as ${name}. Account menu` })).toBeVisible();
}
