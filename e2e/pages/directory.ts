/** The directory: its people, and importing files. */
import { expect, type Locator, type Page } from '@playwright/test';
import { download, goTo, select } from './shell.ts';

export interface ImportOptions {
  readonly holds: 'Employees' | 'Applications' | 'Entitlements' | 'Accounts' | 'Grants' | 'Business owners';
  readonly fileName: string;
  readonly text: string;
  readonly application?: string;
  readonly acceptGood?: boolean;
}

export class DirectoryPage {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  static async open(page: Page): Promise<DirectoryPage> {
    await goTo(page, 'Directory');
    return new DirectoryPage(page);
  }

  get people(): Locator {
    return this.#page.getByRole('grid', { name: 'Employees' });
  }

  row(name: string): Locator {
    return this.people.getByRole('row').filter({ hasText: name });
  }

  async search(words: string): Promise<void> {
    await this.#page.getByRole('searchbox', { name: 'Search employees' }).fill(words);
  }

  /** Imports a file by the dialog; the dialog with what came of it stays open. */
  async import({ holds, fileName, text, application, acceptGood = false }: ImportOptions): Promise<ImportDialog> {
    await this.#page.getByRole('button', { name: 'Import' }).first().click();
    const dialog = this.#page.getByRole('dialog', { name: 'Import from a file' });
    await select(this.#page, dialog.getByRole('combobox', { name: 'What the file holds' }), holds);
    if (application !== undefined)
      await select(this.#page, dialog.getByRole('combobox', { name: 'Application' }), application);
    // Dropped, which every shell takes: the button opens a dialog of the browser or of the system.
    const dropped = await this.#page.evaluateHandle(
      ([name, content]) => {
        const data = new DataTransfer();
        data.items.add(new File([content], name, { type: 'text/csv' }));
        return data;
      },
      [fileName, text] as const,
    );
    await dialog.getByText('Drop a CSV file here, or').dispatchEvent('drop', { dataTransfer: dropped });
    if (acceptGood) await dialog.getByRole('radio', { name: 'Accept the good rows' }).check();
    await dialog.getByRole('button', { name: 'Import', exact: true }).click();
    return new ImportDialog(this.#page, this.#page.getByRole('dialog', { name: `Import of ${fileName}` }));
  }
}

export class ImportDialog {
  readonly #page: Page;
  readonly dialog: Locator;

  constructor(page: Page, dialog: Locator) {
    this.#page = page;
    this.dialog = dialog;
  }

  /** What is said of the whole, and the counts by their names, e.g. `{ Created: 3 }`. */
  async says(words: string | RegExp, counts: Readonly<Record<string, number>>): Promise<void> {
    await expect(this.dialog.getByRole('status').first()).toContainText(words);
    for (const [name, count] of Object.entries(counts)) {
      await expect(
        this.dialog
          .getByRole('term')
          .filter({ hasText: new RegExp(`^${name}$`) })
          .locator('xpath=following-sibling::dd[1]'),
      ).toHaveText(String(count));
    }
  }

  /** A problem of the file by its line. */
  problem(line: number): Locator {
    return this.dialog
      .getByRole('row')
      .filter({ has: this.#page.getByRole('gridcell', { name: String(line), exact: true }) });
  }

  saveRejects(): ReturnType<typeof download> {
    return download(this.#page, this.dialog.getByRole('button', { name: 'Save the rejected rows' }));
  }

  async close(): Promise<void> {
    await this.dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
    await expect(this.dialog).toBeHidden();
  }
}
