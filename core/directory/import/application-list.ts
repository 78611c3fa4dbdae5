/** The applications a file may speak of, and the one that a row belongs to. */
import type { CommandContext } from '#core/commands/command-definition.ts';
import type { ApplicationId } from '#core/domain/ids.ts';
import type { Fields } from './fields.ts';

export interface NamedApplication {
  readonly id: ApplicationId;
  readonly name: string;
}

export class ApplicationList {
  readonly #byKey = new Map<string, NamedApplication>();
  readonly #byId = new Map<string, NamedApplication>();
  readonly #chosen: NamedApplication | null;

  private constructor(applications: readonly NamedApplication[], chosen: ApplicationId | null) {
    for (const application of applications) {
      this.#byKey.set(application.name.toLowerCase(), application);
      this.#byId.set(application.id, application);
    }
    this.#chosen = chosen === null ? null : (this.#byId.get(chosen) ?? null);
  }

  static async load(
    { writer }: Pick<CommandContext, 'writer'>,
    chosen: ApplicationId | null,
  ): Promise<ApplicationList> {
    return new ApplicationList(await writer.selectFrom('application').select(['id', 'name']).execute(), chosen);
  }

  /** By name or by id; null when there is none. */
  find(nameOrId: string): NamedApplication | null {
    return this.#byKey.get(nameOrId.toLowerCase()) ?? this.#byId.get(nameOrId.toLowerCase()) ?? null;
  }

  /** The application of a row: the one it names, or else the one chosen for the file. Null when the row was rejected. */
  of(fields: Fields): NamedApplication | null {
    const name = fields.text('application');
    if (name === null) {
      if (this.#chosen === null) {
        fields.reject(
          'Application',
          'The row names no application. Add the column "Application", or choose the application for the whole file.',
        );
      }
      return this.#chosen;
    }
    const named = this.find(name);
    if (named === null) {
      fields.reject(
        'application',
        'There is no application of this name. Create it or import it first; its name here must be the same.',
        name,
      );
    } else if (this.#chosen !== null && named.id !== this.#chosen.id) {
      fields.reject(
        'application',
        `This row belongs to another application than the chosen one, "${this.#chosen.name}".`,
        name,
      );
      return null;
    }
    return named;
  }
}
