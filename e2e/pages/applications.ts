/** Applications: adding one, its connection, and what was discovered in it. */
import { expect, type Locator, type Page } from '@playwright/test';
import { goTo, heading, pick, select } from './shell.ts';

export class ApplicationPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async open(page: Page, name: string): Promise<ApplicationPage> {
    await goTo(page, 'Applications');
    await page.getByRole('grid', { name: 'Applications' }).getByRole('row').filter({ hasText: name }).click();
    await heading(page, name);
    return new ApplicationPage(page);
  }

  /** Adds an application; one that is fulfilled by connector leads on to its connection. */
  static async add(
    page: Page,
    given: { readonly name: string; readonly owner?: string; readonly byHand?: boolean; readonly atOnce?: boolean },
  ): Promise<ApplicationPage> {
    await goTo(page, 'Applications');
    await page.getByRole('button', { name: 'Add application' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Add an application' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill(given.name);
    if (given.owner !== undefined) await pick(page, dialog.getByLabel('Primary owner').first(), given.owner);
    await dialog.getByRole('radio', { name: given.byHand === true ? 'By hand' : 'By connector' }).check();
    if (given.atOnce === true) await dialog.getByRole('radio', { name: 'Approved at once' }).check();
    await dialog.getByRole('button', { name: 'Add application' }).click();
    await heading(page, given.name);
    return new ApplicationPage(page);
  }

  async tab(
    name: 'Overview' | 'Connection' | 'Delivery' | 'Entitlements' | 'Accounts' | 'Discoveries' | 'Findings',
  ): Promise<Locator> {
    await this.#page.getByRole('tab', { name }).click();
    return this.#page.getByRole('tabpanel', { name });
  }

  /** The connection as the badge beside the title says it. */
  async connectionIs(words: string): Promise<void> {
    await expect(this.#page.locator('main header').getByText(words, { exact: true })).toBeVisible();
  }

  get connection(): Locator {
    return this.#page.getByRole('form', { name: /^Connection by/ });
  }

  async chooseConnector(title: string): Promise<void> {
    await select(this.#page, this.#page.getByRole('combobox', { name: 'Connector' }), title);
  }

  async fillConnection(given: {
    readonly baseUrl: string;
    readonly username: string;
    readonly password: string;
  }): Promise<void> {
    await this.connection.getByRole('textbox', { name: 'Base URL' }).fill(given.baseUrl);
    await select(
      this.#page,
      this.connection.getByRole('combobox', { name: 'Authentication' }),
      'User name and password',
    );
    await this.connection.getByRole('textbox', { name: 'User name' }).fill(given.username);
    await this.fillPassword(given.password);
  }

  /** Fields of the form by what is written over them. */
  async fill(values: Readonly<Record<string, string>>): Promise<void> {
    for (const [label, value] of Object.entries(values))
      await this.connection.getByLabel(new RegExp(`^${RegExp.escape(label)}( \\*)?$`)).fill(value);
  }

  async choose(field: string, choice: string): Promise<void> {
    await select(this.#page, this.connection.getByRole('combobox', { name: field }), choice);
  }

  async fillPassword(password: string): Promise<void> {
    await this.connection.getByLabel(/^Password/).fill(password);
  }

  /** Tests what is in the form; the region with what came of it. */
  async test(): Promise<Locator> {
    await this.connection.getByRole('button', { name: 'Test' }).click();
    return this.#page.getByRole('region', { name: 'Result of the test' });
  }

  async saveConnection(): Promise<void> {
    await this.connection.getByRole('button', { name: 'Save connection' }).click();
  }

  /** How its work is done by hand. */
  async instruct(instructions: string): Promise<void> {
    const delivery = await this.tab('Delivery');
    await delivery.getByRole('textbox', { name: 'Instructions' }).fill(instructions);
    await delivery.getByRole('button', { name: 'Save instructions' }).click();
    await expect(delivery.getByRole('button', { name: 'Save instructions' })).toBeDisabled();
  }

  /** Discovers, and waits for its end. */
  async discover(): Promise<Locator> {
    await this.#page.getByRole('button', { name: 'Discover now' }).first().click();
    const panel = this.#page.getByRole('tabpanel', { name: 'Discoveries' });
    await expect(panel.getByText('Completed', { exact: true }).first()).toBeVisible();
    return panel;
  }
}
