/** Rules: policies, conflicts of duty, reviewer groups and the settings of reviews. */
import { expect, type Locator, type Page } from '@playwright/test';
import { heading } from './shell.ts';

export class RulesPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async open(page: Page): Promise<RulesPage> {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Rules' }).click();
    await heading(page, 'Rules');
    return new RulesPage(page);
  }

  /** Opens the editor of a new one with its name filled in. */
  async add(tab: string, button: string, name: string): Promise<Locator> {
    await this.#page.getByRole('tab', { name: tab }).click();
    await this.#page.getByRole('button', { name: button }).click();
    const dialog = this.#page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
    return dialog;
  }

  async save(dialog: Locator, button: string): Promise<void> {
    await dialog.getByRole('button', { name: button }).click();
    await expect(dialog).toBeHidden();
  }
}
