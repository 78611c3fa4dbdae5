/** Entitlements, accounts and grants: the three kinds of file that say what is in an application, and who has it. */
import { instant, type Instant } from '#core/domain/instant.ts';
import type { Rows } from '#core/persistence/tables.ts';
import { AccountDesk, accountOf, accountWords, type MeantAccount } from './account-desk.ts';
import { ApplicationList, type NamedApplication } from './application-list.ts';
import { EntitlementDesk, entitlementWords } from './entitlement-desk.ts';
import { entitlementOf, type MeantEntitlement } from './entitlement-identity.ts';
import type { Fields } from './fields.ts';
import { writeGrants, type GrantRequest } from './grant-desk.ts';
import type { ImportScope, KindImporter } from './importer.ts';
import { findPeople } from './people.ts';
import { PrivilegeNotes } from './privilege-notes.ts';
import { choiceField, dateField, durationField, emailField } from './values.ts';

const riskWords = { low: 'low', medium: 'medium', high: 'high' } as const;

interface Stated {
  readonly fields: Fields;
  readonly application: NamedApplication;
  readonly entitlement: MeantEntitlement | null;
  readonly account: MeantAccount | null;
  readonly details: Partial<Pick<Rows['entitlement'], 'purpose' | 'description' | 'risk' | 'maximumDurationMinutes'>>;
  readonly businessOwner: string | null;
  readonly grantedAt: Instant | null;
}

export function accessImporter(kind: 'entitlements' | 'accounts' | 'grants'): KindImporter {
  const words = { ofEntitlements: entitlementWords(), ofAccounts: accountWords() };
  const privileges = new PrivilegeNotes();
  let scope: ImportScope | null = null;
  let applications: ApplicationList | null = null;

  return {
    header: () => undefined,
    survey(fields) {
      const entitlement = kind === 'accounts' ? null : entitlementOf(fields);
      if (entitlement !== null && fields.rejection === null) privileges.note(fields.text('application'), entitlement);
    },
    async prepare(given) {
      scope = given;
      applications = await ApplicationList.load(given.context, given.applicationId);
    },
    async write(rows) {
      if (scope === null || applications === null) throw new Error('Not prepared');
      const { context } = scope;
      const list = applications;
      const stated = rows.flatMap((fields) => statedBy(fields, kind, list, privileges) ?? []);
      const people = await findPeople(
        context,
        stated.flatMap(({ account, businessOwner }) => [addressOf(account) ?? [], businessOwner ?? []].flat()),
      );
      const entitlementRequests = stated.map((row) => ({
        ...row,
        meant: row.entitlement,
        businessOwnerId: row.businessOwner === null ? null : (people.get(row.businessOwner) ?? null),
      }));
      const accountRequests = stated.map((row) => ({
        ...row,
        meant: row.account,
        employeeId: people.get(addressOf(row.account) ?? '') ?? null,
      }));
      const entitlementDesk = await EntitlementDesk.open(
        context,
        words.ofEntitlements,
        entitlementRequests.filter(isMeant),
      );
      const accountDesk = await AccountDesk.open(context, words.ofAccounts, accountRequests.filter(isMeant));
      const grants: GrantRequest[] = [];
      for (const [index, { fields, account, entitlement, businessOwner, grantedAt }] of stated.entries()) {
        const [wantedEntitlement, wantedAccount] = [entitlementRequests[index], accountRequests[index]];
        const placedEntitlement =
          wantedEntitlement !== undefined && isMeant(wantedEntitlement)
            ? entitlementDesk.place(wantedEntitlement)
            : null;
        const placedAccount =
          wantedAccount !== undefined && isMeant(wantedAccount) ? accountDesk.place(wantedAccount) : null;
        // Everything about a row is judged before anything of it is kept.
        if (fields.rejection !== null) continue;
        const outcomes = [placedEntitlement?.keep(), placedAccount?.keep()].filter((outcome) => outcome !== undefined);
        const somethingNew = outcomes.some((outcome) => outcome !== 'unchanged');
        // A row of grants is "created" by its grant alone; the other two kinds have one thing in a row.
        fields.outcome =
          kind !== 'grants' && outcomes[0] === 'created' ? 'created' : somethingNew ? 'changed' : 'unchanged';
        if (typeof account?.email === 'string' && !people.has(account.email)) {
          fields.warn('email', 'No employee has this address; the account belongs to nobody.', account.email);
        }
        if (businessOwner !== null && !people.has(businessOwner)) {
          fields.warn('businessOwner', 'Nobody has this address; the owner stays as it was.', businessOwner);
        }
        if (placedEntitlement === null || placedAccount === null || entitlement?.held !== true) continue;
        grants.push({ fields, account: placedAccount.row, entitlementId: placedEntitlement.row.id, grantedAt });
      }
      await entitlementDesk.save();
      await accountDesk.save();
      if (grants.length > 0) await writeGrants(context, grants);
    },
    remarks: () => [],
  };
}

function statedBy(
  fields: Fields,
  kind: 'entitlements' | 'accounts' | 'grants',
  applications: ApplicationList,
  privileges: PrivilegeNotes,
): Stated | null {
  const application = applications.of(fields);
  const entitlement = kind === 'accounts' ? null : entitlementOf(fields);
  const account = kind === 'entitlements' ? null : accountOf(fields);
  const noted = entitlement === null ? null : privileges.textFor(fields.text('application'), entitlement);
  const details = {
    purpose: fields.text('purpose'),
    description: fields.text('description') ?? noted,
    maximumDurationMinutes: durationField(fields, 'maximumDuration'),
    ...riskOf(fields),
  };
  const businessOwner = emailField(fields, 'businessOwner');
  const granted = dateField(fields, 'grantedAt');
  if (fields.rejection !== null || application === null) return null;
  const grantedAt = granted === null ? null : instant(`${granted}T00:00:00.000Z`);
  return { fields, application, entitlement, account, details, businessOwner, grantedAt };
}

function riskOf(fields: Fields): Partial<Pick<Rows['entitlement'], 'risk'>> {
  const risk = choiceField(fields, 'risk', riskWords);
  return risk === null ? {} : { risk };
}

/** Whose account it is: by its address, or by a user name that is one. */
function addressOf(account: MeantAccount | null): string | null {
  if (account === null) return null;
  return account.email ?? (account.username?.includes('@') === true ? account.username.toLowerCase() : null);
}

function isMeant<Request extends { readonly meant: unknown }>(
  request: Request,
): request is Request & { readonly meant: NonNullable<Request['meant']> } {
  return request.meant !== null;
}
