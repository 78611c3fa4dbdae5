/** Finds or makes the entitlement, and the resource, that a row of an access file means. */
import type { CommandContext } from '#core/commands/command-definition.ts';
import { newId, type EmployeeId, type EntitlementId, type ResourceId } from '#core/domain/ids.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { entitlementSearchText } from '../search-text.ts';
import type { NamedApplication } from './application-list.ts';
import type { MeantEntitlement } from './entitlement-identity.ts';
import type { Fields, RowOutcome } from './fields.ts';
import { FirstWord } from './first-word.ts';
import { StoredRows } from './stored-rows.ts';

export interface EntitlementRequest {
  readonly fields: Fields;
  readonly application: NamedApplication;
  readonly meant: MeantEntitlement;
  /** What the row says about it beside its name; null says nothing. */
  readonly details: Partial<Pick<Rows['entitlement'], 'purpose' | 'description' | 'risk' | 'maximumDurationMinutes'>>;
  readonly businessOwnerId: EmployeeId | null;
}

/** A decision about one row, not yet kept. */
export interface Placed<Row> {
  readonly row: Row;
  /** Keeps it for the end of the batch. */
  keep(): RowOutcome;
}

export type Words = ReturnType<typeof entitlementWords>;

/** What the file has said so far about resources and entitlements, over all batches. */
export function entitlementWords() {
  return {
    resources: new FirstWord<Rows['resource']>(['name', 'kind']),
    entitlements: new FirstWord<Rows['entitlement']>([
      'name',
      'kind',
      'resourceId',
      'purpose',
      'description',
      'risk',
      'businessOwnerId',
      'maximumDurationMinutes',
    ]),
  };
}

/** Works on one batch. */
export class EntitlementDesk {
  readonly #words: Words;
  readonly #resources: StoredRows<'resource'>;
  readonly #entitlements: StoredRows<'entitlement'>;
  readonly #resourceIds = new Map<string, ResourceId>();
  readonly #byExternalId = new Map<string, EntitlementId>();
  readonly #byName = new Map<string, EntitlementId | 'several'>();

  private constructor(context: CommandContext, words: Words) {
    this.#words = words;
    this.#resources = new StoredRows(context, 'resource');
    this.#entitlements = new StoredRows(context, 'entitlement');
  }

  static async open(
    context: CommandContext,
    words: Words,
    requests: readonly EntitlementRequest[],
  ): Promise<EntitlementDesk> {
    const desk = new EntitlementDesk(context, words);
    const within = { column: 'application_id', values: new Set(requests.map(({ application }) => application.id)) };
    const resources = requests.flatMap(({ meant }) => meant.resource?.externalId ?? []);
    for (const row of await desk.#resources.load('external_id', resources, within))
      desk.#resourceIds.set(keyOf(row), row.id);
    const externalIds = requests.map(({ meant }) => meant.externalId);
    for (const row of await desk.#entitlements.load('external_id', externalIds, within))
      desk.#byExternalId.set(keyOf(row), row.id);
    const names = requests.flatMap(({ meant }) => (mayMeetByName(meant) ? [meant.name] : []));
    for (const row of await desk.#entitlements.load('name', names, within)) {
      if (row.resourceId !== null || row.status !== 'active') continue;
      const key = nameKey(row.applicationId, row.name);
      desk.#byName.set(key, desk.#byName.has(key) ? 'several' : row.id);
    }
    return desk;
  }

  place(request: EntitlementRequest): Placed<Rows['entitlement']> {
    const { fields, application, meant, details } = request;
    const resource = this.#placeResource(request);
    const known = this.#find(application, meant);
    const before = known === undefined ? newEntitlement(application, meant, resource?.row.id ?? null) : known;
    // One that was discovered has its own id and kind; the file only names it.
    const identity =
      before.externalId === meant.externalId
        ? { name: meant.name, kind: meant.kind, resourceId: resource?.row.id ?? null }
        : {};
    const stated = { ...identity, ...details, businessOwnerId: request.businessOwnerId } as Partial<
      Rows['entitlement']
    >;
    const words = this.#words.entitlements;
    const { row, contradicted, line } = words.merge(before.id, before, stated);
    for (const property of contradicted) {
      fields.warn(
        'entitlement',
        `Line ${line} says something else about the ${wordFor(property)} of this entitlement; the first counts.`,
        row.name,
      );
    }
    const finished = { ...row, searchText: entitlementSearchText(row, application.name) };
    return {
      row: finished,
      keep: () => {
        const resourceOutcome = resource?.keep() ?? 'unchanged';
        words.keep(finished.id, fields.line, stated);
        this.#byExternalId.set(keyOf(finished), finished.id);
        const outcome = this.#entitlements.put(finished);
        return outcome === 'unchanged' && resourceOutcome !== 'unchanged' ? 'changed' : outcome;
      },
    };
  }

  async save(): Promise<void> {
    await this.#resources.save();
    await this.#entitlements.save();
  }

  #find(application: NamedApplication, meant: MeantEntitlement): Rows['entitlement'] | undefined {
    const id = this.#byExternalId.get(keyOf({ applicationId: application.id, externalId: meant.externalId }));
    if (id !== undefined) return this.#entitlements.get(id);
    const named = mayMeetByName(meant) ? this.#byName.get(nameKey(application.id, meant.name)) : undefined;
    return named === undefined || named === 'several' ? undefined : this.#entitlements.get(named);
  }

  #placeResource({ fields, application, meant }: EntitlementRequest): Placed<Rows['resource']> | null {
    if (meant.resource === null) return null;
    const { externalId, name, kind } = meant.resource;
    const key = keyOf({ applicationId: application.id, externalId });
    const id = this.#resourceIds.get(key);
    const before = (id === undefined ? undefined : this.#resources.get(id)) ?? {
      id: newId<ResourceId>(),
      applicationId: application.id,
      externalId,
      name,
      kind,
    };
    const { row, contradicted, line } = this.#words.resources.merge(before.id, before, { name, kind });
    if (contradicted.length > 0)
      fields.warn('resource', `Line ${line} says something else about this resource; the first counts.`, name);
    return {
      row,
      keep: () => {
        this.#words.resources.keep(row.id, fields.line, { name, kind });
        this.#resourceIds.set(key, row.id);
        return this.#resources.put(row);
      },
    };
  }
}

/** A name alone, without resource or id, may mean what a discovery has found already. */
function mayMeetByName(meant: MeantEntitlement): boolean {
  return !meant.stated && meant.resource === null;
}

function newEntitlement(
  application: NamedApplication,
  meant: MeantEntitlement,
  resourceId: ResourceId | null,
): Rows['entitlement'] {
  return {
    id: newId<EntitlementId>(),
    applicationId: application.id,
    resourceId,
    externalId: meant.externalId,
    name: meant.name,
    kind: meant.kind ?? meant.defaultKind,
    purpose: null,
    description: null,
    risk: 'low',
    businessOwnerId: null,
    maximumDurationMinutes: null,
    reviewSettings: null,
    status: 'active',
    lastSeenRunId: null,
    searchText: '',
  };
}

function keyOf({ applicationId, externalId }: { readonly applicationId: string; readonly externalId: string }): string {
  return `${applicationId} ${externalId}`;
}

function nameKey(applicationId: string, name: string): string {
  return `${applicationId} ${name}`;
}

function wordFor(property: string): string {
  return property.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/ id$/, '');
}
