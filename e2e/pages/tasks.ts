/** My tasks: the queue of what waits for one's decision. */
import { expect, type Locator, type Page } from '@playwright/test';
import { choose, goTo } from './shell.ts';

export class TasksPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async open(page: Page): Promise<TasksPage> {
    await goTo(page, 'My tasks');
    return new TasksPage(page);
  }

  async show(state: 'Open' | 'Completed'): Promise<void> {
    await choose(this.#page, 'State of the tasks', new RegExp(`^${state}`));
  }

  row(entitlement: string, beneficiary: string): Locator {
    return this.#page
      .getByRole('grid', { name: 'My tasks' })
      .getByRole('row')
      .filter({ hasText: entitlement })
      .filter({ hasText: beneficiary });
  }

  get details(): Locator {
    return this.#page.getByRole('region', { name: 'Details of the task' });
  }

  async approve(entitlement: string, beneficiary: string): Promise<void> {
    await this.row(entitlement, beneficiary).click();
    await this.details
      .getByRole('button', {
        name: new RegExp(`^Approve: .*${RegExp.escape(entitlement)}.*${RegExp.escape(beneficiary)}`),
      })
      .click();
    await this.said(`Approved: `, beneficiary);
  }

  async deny(entitlement: string, beneficiary: string, reason: string): Promise<void> {
    await this.row(entitlement, beneficiary).click();
    await this.details
      .getByRole('button', {
        name: new RegExp(`^Deny: .*${RegExp.escape(entitlement)}.*${RegExp.escape(beneficiary)}`),
      })
      .click();
    const dialog = this.#page.getByRole('dialog', { name: 'Deny this item?' });
    await dialog.getByRole('textbox', { name: 'Why is it denied?' }).fill(reason);
    await dialog.getByRole('button', { name: 'Deny', exact: true }).click();
    await expect(dialog).toBeHidden();
    await this.said('Denied: ', beneficiary);
  }

  async said(beginning: string, beneficiary: string): Promise<void> {
    await expect(
      this.#page.getByRole('status').filter({ hasText: beginning }).filter({ hasText: beneficiary }),
    ).toBeVisible();
  }
}
