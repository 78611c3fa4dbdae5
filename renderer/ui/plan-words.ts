/** What the plan of a review says besides its levels, in sentences. */
import type { ReviewPlanView } from '#core/contract/index.ts';
import { counted } from './format.ts';

type Conflict = ReviewPlanView['conflicts'][number];

const standings: Readonly<Record<Conflict['with'][number]['standing'], string>> = {
  held: 'held now',
  pending: 'asked for elsewhere',
  sameRequest: 'asked for in the same request',
};

const effects: Readonly<Record<Conflict['effect'], string>> = {
  warn: 'It is a warning: whoever reviews weighs it.',
  requireLevel: 'A further level reviews it for that.',
  forbid: 'The rule forbids it.',
};

/** `“Pay and approve”, version 2, keeps this apart from Approvers in Ledger (held now). A further level …` */
export function conflictSentence({ name, version, effect, with: others }: Conflict): string {
  const known = others.map((one) => `${one.entitlement} in ${one.application} (${standings[one.standing]})`);
  return `“${name}”, version ${version}, keeps this apart from ${known.join(', ')}. ${effects[effect]}`;
}

/** Why the review is as it is; each a sentence. `levels` is how many it has. */
export function planSentences(plan: ReviewPlanView, levels: number): string[] {
  return [
    ...(plan.policy === null || levels === 0
      ? []
      : [`Reviewed as the policy “${plan.policy.name}”, version ${plan.policy.version}, says.`]),
    ...(plan.levelsAsked === null
      ? []
      : [
          `${counted(plan.levelsAsked, 'level')} were asked for; there is somebody for ${levels === 1 ? 'one' : levels}.`,
        ]),
    ...(plan.notAutomatic === null ? [] : [plan.notAutomatic]),
  ];
}
