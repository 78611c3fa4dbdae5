/** What would refuse a line that begins later, is for a service account, or prolongs access that is held. */
import type { Refusal } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { ItemDraft } from './item-draft.ts';
import { endOf } from './fulfillment-plan.ts';
import type { ItemFacts } from './state.ts';

export function furtherProblems(draft: ItemDraft, facts: ItemFacts, now: Instant): readonly Refusal[] {
  return [
    ...startProblems(draft, now),
    ...serviceAccountProblems(draft, facts),
    ...extensionProblems(draft, facts, now),
  ];
}

function startProblems({ startsAt = null, term }: ItemDraft, now: Instant): readonly Refusal[] {
  if (startsAt === null) return [];
  if (startsAt <= now)
    return [
      {
        code: 'item.startInPast',
        message: 'The start has passed already. Choose a later one, or none to begin at once.',
      },
    ];
  return term.kind === 'until' && term.endsAt <= startsAt
    ? [{ code: 'item.endBeforeStart', message: 'The access would end before it starts. Choose a later end.' }]
    : [];
}

function serviceAccountProblems(draft: ItemDraft, facts: ItemFacts): readonly Refusal[] {
  const owner = { id: draft.beneficiaryId, name: facts.beneficiary?.fullName ?? 'this person' };
  const problem = serviceAccountProblem(draft.serviceAccount ?? null, owner, facts.serviceAccount ?? null);
  return problem === null ? [] : [problem];
}

/** Why an account of this name cannot be this owner's service account; null: it can, or there is none yet. */
export function serviceAccountProblem(
  name: string | null,
  owner: { readonly id: EmployeeId; readonly name: string },
  known: NonNullable<ItemFacts['serviceAccount']> | null,
): Refusal | null {
  if (name === null || known === null) return null;
  if (known.kind === 'employee')
    return {
      code: 'item.serviceAccountInvalid',
      message: `${name} is a person\u2019s account, not a service account. Choose another name, or ask for that person.`,
    };
  if (known.ownerId !== null && known.ownerId !== owner.id)
    return {
      code: 'item.serviceAccountTaken',
      message: `The service account ${name} belongs to ${known.ownerName ?? 'somebody else'}, not to ${owner.name}. Ask with its owner, or choose another name.`,
    };
  return null;
}

function extensionProblems(draft: ItemDraft, facts: ItemFacts, now: Instant): readonly Refusal[] {
  if (draft.extendsItemId === null || draft.extendsItemId === undefined) return [];
  if (draft.action === 'REVOKE')
    return [{ code: 'command.invalid', message: 'Removing access prolongs nothing. Ask for it as access instead.' }];
  if ((draft.startsAt ?? null) !== null)
    return [{ code: 'command.invalid', message: 'Access is prolonged without a gap, so it has no start of its own.' }];
  const { prolongs } = facts;
  if (prolongs === null || prolongs === undefined)
    return [
      {
        code: 'item.notExtendable',
        message: 'This is not access that this person holds for a time through a request.',
      },
    ];
  if (prolongs.endsAt === null)
    return [
      {
        code: 'item.notExtendable',
        message:
          'This access has ended, or another request prolongs it already. Look at what is held now, and ask anew.',
      },
    ];
  const end = endOf(draft.term, now);
  return end !== null && end <= prolongs.endsAt
    ? [
        {
          code: 'item.endNotLater',
          message: 'The access lasts that long already. Choose an end that is later than the one it has.',
          data: { endsAt: prolongs.endsAt },
        },
      ]
    : [];
}
