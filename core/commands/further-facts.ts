/** Facts about lines that are not ordinary: for a service account, or prolonging access that is held. */
import type { ApplicationId, EmployeeId, EntitlementId, RequestItemId } from '#core/domain/ids.ts';
import type { RequestItem, Term } from '#core/domain/request.ts';
import type { ItemDraft } from '#core/engine/check-item.ts';
import { joining, type OpenLine } from '#core/engine/joining.ts';
import type { ItemFacts } from '#core/engine/state.ts';
import { openEnd } from '#core/engine/temporary-access.ts';
import { fromJson, type Reader, type Tables } from '#core/persistence/tables.ts';
import { inChunks } from './chunks.ts';

export type LineDraft = Pick<ItemDraft, 'action' | 'beneficiaryId' | 'entitlementId'> &
  Partial<Pick<ItemDraft, 'term' | 'startsAt' | 'serviceAccount' | 'extendsItemId'>>;

/** The facts of all lines, those of the others as they are. Reads nothing when all lines are ordinary. */
export async function withFurtherFacts(
  reader: Reader,
  drafts: readonly LineDraft[],
  items: readonly ItemFacts[],
): Promise<readonly ItemFacts[]> {
  const special = drafts.some(
    (draft) => (draft.serviceAccount ?? null) !== null || (draft.extendsItemId ?? null) !== null,
  );
  if (!special) return items;
  const prolonged = await loadProlonged(
    reader,
    drafts.flatMap((draft) => draft.extendsItemId ?? []),
  );
  const further: ItemFacts[] = [];
  for (const [index, facts] of items.entries()) {
    const draft = drafts[index];
    if (draft === undefined) throw new Error('Every line has its draft');
    const name = draft.serviceAccount ?? null;
    const ofAccount = name === null ? facts : await factsOfServiceAccount(reader, draft, name, facts);
    const old =
      draft.extendsItemId === null || draft.extendsItemId === undefined ? null : prolonged.get(draft.extendsItemId);
    const fits =
      old !== null &&
      old !== undefined &&
      old.beneficiaryId === draft.beneficiaryId &&
      old.entitlementId === draft.entitlementId &&
      (old.serviceAccount ?? '').toLowerCase() === (name ?? '').toLowerCase();
    further.push({ ...ofAccount, prolongs: fits ? { endsAt: old.endsAt } : null });
  }
  return further;
}

/** The ends of the access that items prolong, by the item that prolongs it; null: it cannot be moved any more. */
export async function loadEndsOfProlonged(
  reader: Reader,
  items: readonly Pick<RequestItem, 'id' | 'extendsItemId'>[],
): Promise<ReadonlyMap<RequestItemId, Prolonged['endsAt']>> {
  const prolonged = await loadProlonged(
    reader,
    items.flatMap((item) => item.extendsItemId ?? []),
  );
  return new Map(
    items.flatMap(({ id, extendsItemId }) =>
      extendsItemId === null ? [] : [[id, prolonged.get(extendsItemId)?.endsAt ?? null] as const],
    ),
  );
}

interface Prolonged {
  readonly beneficiaryId: EmployeeId;
  readonly entitlementId: EntitlementId;
  readonly serviceAccount: string | null;
  /** The end that can still be moved; null: there is none any more. */
  readonly endsAt: NonNullable<ItemFacts['prolongs']>['endsAt'];
}

async function loadProlonged(
  reader: Reader,
  ids: readonly RequestItemId[],
): Promise<ReadonlyMap<RequestItemId, Prolonged>> {
  const items = await inChunks([...new Set(ids)], (some) =>
    reader
      .selectFrom('request_item')
      .select(['id', 'beneficiary_id', 'entitlement_id', 'service_account', 'state'])
      .where('id', 'in', some)
      .where('action', '=', 'GRANT')
      .execute(),
  );
  const ends = await inChunks(
    items.map((item) => item.id),
    (some) =>
      reader
        .selectFrom('fulfillment_task')
        .select(['item_id', 'cause', 'state', 'due_at'])
        .where('item_id', 'in', some)
        .where('cause', '=', 'expiry')
        .execute(),
  );
  return new Map(
    items.map((item) => {
      const end = ends.find((task) => task.item_id === item.id);
      const open =
        end !== undefined && openEnd(item, [{ itemId: item.id, cause: end.cause, state: end.state }]) !== null;
      return [
        item.id,
        {
          beneficiaryId: item.beneficiary_id,
          entitlementId: item.entitlement_id,
          serviceAccount: item.service_account,
          endsAt: open ? end.due_at : null,
        },
      ];
    }),
  );
}

/** An open item as it is stored, for whoever may want to join it. */
export function openLine(
  row: Pick<Tables['request_item'], 'action' | 'term' | 'starts_at' | 'extends_item_id'> & { readonly number: number },
): OpenLine {
  return {
    number: row.number,
    action: row.action,
    term: fromJson<Term>(row.term),
    startsAt: row.starts_at,
    extendsItemId: row.extends_item_id,
  };
}

/** The account of an application that has this name, a person's or a service's, with whoever it belongs to. */
export function accountNamed(reader: Reader, applicationId: ApplicationId, name: string) {
  return reader
    .selectFrom('account')
    .leftJoin('employee', 'employee.id', 'account.employee_id')
    .select(['account.id', 'account.kind', 'account.employee_id', 'employee.full_name'])
    .where('account.application_id', '=', applicationId)
    .where('account.username_key', '=', name.toLowerCase())
    .where('account.status', '<>', 'gone')
    .executeTakeFirst();
}

/** What is held and what is asked for are then questions about that account, not about its owner. */
async function factsOfServiceAccount(
  reader: Reader,
  draft: LineDraft,
  name: string,
  facts: ItemFacts,
): Promise<ItemFacts> {
  const { application } = facts;
  if (application === null) return facts;
  const account = await accountNamed(reader, application.id, name);
  const grant =
    account === undefined
      ? undefined
      : await reader
          .selectFrom('access_grant')
          .select('id')
          .where('account_id', '=', account.id)
          .where('entitlement_id', '=', draft.entitlementId)
          .where('status', '=', 'active')
          .executeTakeFirst();
  const open = await reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .innerJoin('employee', 'employee.id', 'request_item.beneficiary_id')
    .select(['request_item.beneficiary_id', 'request_item.entitlement_id', 'request_item.action', 'employee.full_name'])
    .select(['request_item.term', 'request_item.starts_at', 'request_item.extends_item_id', 'access_request.number'])
    .where('request_item.application_id', '=', application.id)
    .where('request_item.state', 'in', ['inReview', 'approved'])
    .where((eb) => eb(eb.fn<string>('lower', ['request_item.service_account']), '=', name.toLowerCase()))
    .execute();
  const same = open.find((item) => item.entitlement_id === draft.entitlementId);
  const asked = open.find((item) => item.beneficiary_id !== draft.beneficiaryId);
  return {
    ...facts,
    held: grant !== undefined,
    // What somebody else asks for as theirs is nothing to join, and refused below.
    ...joining(
      same === undefined || (same.action === draft.action && asked !== undefined) ? null : openLine(same),
      draft,
    ),
    // Asked for by somebody else as theirs, it is not free any more, though it is not there yet or nobody's.
    serviceAccount: {
      kind: account?.kind ?? 'service',
      ownerId: account?.employee_id ?? asked?.beneficiary_id ?? null,
      ownerName: account?.full_name ?? asked?.full_name ?? null,
    },
  };
}
