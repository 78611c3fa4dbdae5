/** The list of requests, and the page of one. */
import { expect, type Locator, type Page } from '@playwright/test';
import { choose, download, goTo, heading } from './shell.ts';

export class RequestsPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async open(page: Page, whose: 'Mine' | 'All I may see' = 'Mine'): Promise<RequestsPage> {
    await goTo(page, 'Access requests');
    if (whose !== 'Mine') await choose(page, 'Whose requests', whose);
    return new RequestsPage(page);
  }

  async show(state: 'Open' | 'Completed' | 'All'): Promise<void> {
    await choose(this.#page, 'State of the requests', new RegExp(`^${state}`));
  }

  async search(words: string): Promise<void> {
    await this.#page.getByRole('searchbox', { name: 'Search requests' }).fill(words);
  }

  row(number: number): Locator {
    return this.#page
      .getByRole('row')
      .filter({ has: this.#page.getByRole('gridcell', { name: `#${number}`, exact: true }) });
  }

  async open(number: number): Promise<RequestPage> {
    await this.row(number).click();
    return RequestPage.of(this.#page, number);
  }
}

export class RequestPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async of(page: Page, number: number): Promise<RequestPage> {
    await heading(page, `Request #${number}`);
    return new RequestPage(page);
  }

  /** Finds the request by its number, in whatever state it is. */
  static async find(page: Page, number: number): Promise<RequestPage> {
    const list = await RequestsPage.open(page, 'All I may see');
    await list.show('All');
    await list.search(String(number));
    return list.open(number);
  }

  /** The state beside the title. */
  async state(words: string): Promise<void> {
    await expect(
      this.#page.getByRole('banner').or(this.#page.locator('main header')).getByText(words, { exact: true }),
    ).toBeVisible();
  }

  item(entitlement: string, beneficiary: string): Locator {
    return this.#page.getByRole('article', {
      name: new RegExp(`^${RegExp.escape(entitlement)} in .* for ${RegExp.escape(beneficiary)}$`),
    });
  }

  get items(): Locator {
    return this.#page.getByRole('region', { name: 'Items' }).getByRole('article');
  }

  get trail(): Locator {
    return this.#page.getByRole('region', { name: 'Trail' }).getByRole('listitem');
  }

  /** `2 of 3` */
  progress(words: string): Locator {
    return this.#page.getByRole('group', { name: `Review progress: ${words}.` });
  }

  async cancel(reason?: string): Promise<void> {
    await this.#page.getByRole('button', { name: 'Cancel request' }).click();
    const dialog = this.#page.getByRole('dialog', { name: /^Cancel request/ });
    if (reason !== undefined) await dialog.getByLabel('Reason (optional)').fill(reason);
    await dialog.getByRole('button', { name: 'Cancel the request' }).click();
    await expect(dialog).toBeHidden();
  }

  async report(format: 'PDF' | 'CSV'): Promise<{ readonly name: string; readonly path: string }> {
    await this.#page.getByRole('button', { name: 'Report', exact: true }).click();
    return download(this.#page, this.#page.getByRole('menuitem', { name: new RegExp(`^${format}`) }));
  }

  async completeByHand(
    item: Locator,
    note: string,
    outcome: 'done' | 'not possible' = 'done',
    file?: { readonly name: string; readonly mimeType: string; readonly buffer: Buffer },
  ): Promise<void> {
    await item.getByRole('button', { name: 'Complete by hand' }).click();
    const dialog = this.#page.getByRole('dialog', { name: 'Complete by hand' });
    if (outcome !== 'done') await dialog.getByRole('radio', { name: 'It is not possible' }).check();
    await dialog.getByRole('textbox').fill(note);
    if (file !== undefined) await dialog.locator('input[type=file]').setInputFiles(file);
    await dialog.getByRole('button', { name: 'Record' }).click();
    await expect(dialog).toBeHidden();
  }
}
