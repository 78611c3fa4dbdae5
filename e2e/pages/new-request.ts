/** The screen on which one asks for access. */
import { expect, type Locator, type Page } from '@playwright/test';
import { choose, goTo, pick } from './shell.ts';

export class NewRequestPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async open(page: Page): Promise<NewRequestPage> {
    await goTo(page, 'New request');
    return new NewRequestPage(page);
  }

  /** Adds people to those the request is for; at first it is for oneself. */
  async addPeople(...names: readonly string[]): Promise<void> {
    for (const name of names) await pick(this.#page, this.#page.getByRole('combobox', { name: 'People' }), name);
    await this.#page.keyboard.press('Escape');
  }

  /** The last of those it is for is taken out again. */
  async removeLastPerson(): Promise<void> {
    await this.#page.getByRole('combobox', { name: 'People' }).press('Backspace');
  }

  async add(...entitlements: readonly string[]): Promise<void> {
    for (const entitlement of entitlements) {
      await this.#page.getByRole('textbox', { name: 'Search entitlements' }).fill(entitlement);
      const option = this.#page.getByRole('option', { name: new RegExp(`^${RegExp.escape(entitlement)} `) });
      await option.click();
      await expect(option).toHaveAttribute('aria-selected', 'true');
    }
  }

  /** Shows what a colleague holds and the people of the request lack. */
  async likeColleague(name: string): Promise<void> {
    await choose(this.#page, 'How to choose', 'Like a colleague');
    await pick(this.#page, this.#page.getByRole('combobox', { name: 'Colleague' }), name);
  }

  /** Lines that take away what somebody holds. */
  async remove(entitlement: string, from?: string): Promise<void> {
    await choose(this.#page, 'Add or remove access', 'Remove what they hold');
    if (from !== undefined) {
      await this.#page.getByRole('combobox', { name: 'Held by' }).click();
      await this.#page.getByRole('option', { name: from }).click();
    }
    await this.#page.getByRole('checkbox', { name: entitlement }).check();
  }

  /** One of the common durations, e.g. `1 hour`. */
  async forDuration(words: string): Promise<void> {
    await choose(this.#page, 'How long for the whole request', 'For a duration');
    await this.#page.getByRole('button', { name: words, exact: true }).click();
  }

  async because(justification: string): Promise<void> {
    await this.#page.getByRole('textbox', { name: 'Justification' }).fill(justification);
  }

  /** The line as it would be submitted, with what the engine says of it. */
  line(entitlement: string): Locator {
    return this.#page
      .getByRole('list', { name: 'Lines of the request' })
      .getByRole('listitem')
      .filter({ hasText: entitlement });
  }

  get submitButton(): Locator {
    return this.#page.getByRole('button', { name: 'Submit request' });
  }

  /** Submits, and gives the new request's number. */
  async submit(): Promise<number> {
    await this.submitButton.click();
    return submittedNumber(this.#page);
  }
}

/** The number of the request whose page has come up. */
export async function submittedNumber(page: Page): Promise<number> {
  const title = page.getByRole('heading', { level: 1, name: /^Request #\d+/ });
  await expect(title).toBeVisible();
  return Number(/\d+/.exec((await title.textContent()) ?? '')?.[0]);
}
