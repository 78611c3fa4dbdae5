/** Which account a line of a draft will be held by, and what a missing one would be made from. */
import type { PreviewLine } from '#core/contract/index.ts';
import type { ConnectorDescription } from '#core/domain/connector.ts';
import { type Employee, likeliestFirst } from '#core/domain/directory.ts';
import type { ApplicationId, EmployeeId } from '#core/domain/ids.ts';
import type { ItemDraft } from '#core/engine/check-item.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import { accountDraftOf } from '#core/fulfillment/perform.ts';
import type { Reader } from '#core/persistence/tables.ts';

export interface PreviewAccounts {
  /** By person and application: the active account when there are several, none that is gone. */
  readonly own: ReadonlyMap<string, KnownAccount>;
  /** Service accounts that exist, by their names in small letters and application. */
  readonly services: ReadonlyMap<string, KnownAccount>;
  /** What the application's connector makes accounts from. */
  readonly attributes: ReadonlyMap<ApplicationId, ConnectorDescription['accountAttributes']>;
}

interface KnownAccount {
  readonly username: string;
  readonly status: 'active' | 'disabled';
}

/** The account that will hold it. A connector makes a missing one; there is none to take from. */
export function accountOf(
  draft: ItemDraft,
  { beneficiary, application }: ItemFacts,
  { own, services, attributes }: PreviewAccounts,
): PreviewLine['account'] {
  if (beneficiary === null || application === null) return null;
  const service = draft.serviceAccount ?? null;
  const existing =
    service === null
      ? own.get(`${beneficiary.id} ${application.id}`)
      : services.get(`${service.toLowerCase()} ${application.id}`);
  if (existing !== undefined)
    return {
      // What is to be taken away is taken from a disabled account too.
      state: existing.status === 'disabled' && draft.action === 'GRANT' ? 'disabled' : 'exists',
      username: existing.username,
      attributes: [],
    };
  if (draft.action === 'REVOKE') return null;
  const made = madeFrom(beneficiary, service);
  return {
    state: 'willBeCreated',
    username: made.username,
    attributes: (attributes.get(application.id) ?? []).flatMap(({ name, becomes }) => {
      const value = made[name];
      return value === null ? [] : [{ name: becomes, value }];
    }),
  };
}

function madeFrom(person: Employee, serviceAccount: string | null) {
  return accountDraftOf({ person: { ...person, employeeId: person.sourceUserId ?? person.id }, serviceAccount });
}

const peoplePerStatement = 500;

export async function loadPreviewAccounts(
  reader: Reader,
  drafts: readonly ItemDraft[],
  items: readonly ItemFacts[],
  connectors: readonly ConnectorDescription[],
): Promise<PreviewAccounts> {
  const applications = [...new Set(items.flatMap(({ application }) => application?.id ?? []))];
  if (applications.length === 0) return { own: new Map(), services: new Map(), attributes: new Map() };
  return {
    own: await loadOwn(reader, [...new Set(drafts.map((draft) => draft.beneficiaryId))], applications),
    services: await loadServices(
      reader,
      [...new Set(drafts.flatMap((draft) => draft.serviceAccount?.toLowerCase() ?? []))],
      applications,
    ),
    attributes: await loadAttributes(reader, applications, connectors),
  };
}

async function loadOwn(
  reader: Reader,
  beneficiaries: readonly EmployeeId[],
  applications: readonly ApplicationId[],
): Promise<ReadonlyMap<string, KnownAccount>> {
  const own = new Map<string, KnownAccount>();
  for (let start = 0; start < beneficiaries.length; start += peoplePerStatement) {
    const rows = await reader
      .selectFrom('account')
      .select(['id', 'employee_id', 'application_id', 'username', 'status'])
      .where('employee_id', 'in', beneficiaries.slice(start, start + peoplePerStatement))
      .where('application_id', 'in', applications)
      .where('kind', '=', 'employee')
      .where('status', '<>', 'gone')
      .execute();
    // The map keeps what comes last.
    for (const row of likeliestFirst(rows).toReversed())
      own.set(`${row.employee_id} ${row.application_id}`, knownAccount(row));
  }
  return own;
}

async function loadServices(
  reader: Reader,
  names: readonly string[],
  applications: readonly ApplicationId[],
): Promise<ReadonlyMap<string, KnownAccount>> {
  if (names.length === 0) return new Map();
  const rows = await reader
    .selectFrom('account')
    .select(['username', 'username_key', 'application_id', 'status'])
    .where('application_id', 'in', applications)
    .where('username_key', 'in', names.slice(0, peoplePerStatement))
    .where('status', '<>', 'gone')
    .execute();
  return new Map(rows.map((row) => [`${row.username_key} ${row.application_id}`, knownAccount(row)]));
}

/** None that is gone was asked for. */
function knownAccount({ username, status }: { readonly username: string; readonly status: string }): KnownAccount {
  return { username, status: status === 'disabled' ? 'disabled' : 'active' };
}

async function loadAttributes(
  reader: Reader,
  applications: readonly ApplicationId[],
  connectors: readonly ConnectorDescription[],
): Promise<PreviewAccounts['attributes']> {
  if (connectors.length === 0) return new Map();
  const rows = await reader
    .selectFrom('connector_instance')
    .select(['application_id', 'connector'])
    .where('application_id', 'in', applications)
    .execute();
  const known = new Map(connectors.map((connector) => [connector.name, connector.accountAttributes]));
  return new Map(rows.map((row) => [row.application_id, known.get(row.connector) ?? []]));
}
