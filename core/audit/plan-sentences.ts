/** What the plan of a review says besides its levels: fewer of them than asked for, why people review at all, and duties in conflict. */
import { dataIn, isData, listIn, numberIn, textIn, type EventData } from './event-data.ts';
import type { Names } from './names.ts';
import { count, list, quoted } from './words.ts';

/** `the policy “Finance”, version 3`; null: no policy routed or decided it. */
export function policyWords(plan: EventData): string | null {
  const policy = dataIn(plan, 'policy');
  const name = textIn(policy, 'name');
  return name === null ? null : `the policy ${quoted(name)}, version ${numberIn(policy, 'version') ?? 'not named'}`;
}

/** Each a sentence without its end. */
export function planRemarks(plan: EventData, names: Names): readonly string[] {
  const levels = listIn(plan, 'levels').length;
  const asked = numberIn(plan, 'levelsAsked');
  const notAutomatic = textIn(plan, 'notAutomatic');
  return [
    ...(asked === null || asked <= levels
      ? []
      : [`${count(asked, 'level')} were asked for, and ${levels === 1 ? 'one has' : `${levels} have`} somebody`]),
    ...(notAutomatic === null ? [] : [notAutomatic.replace(/\.$/, '')]),
    ...listIn(plan, 'conflicts')
      .filter(isData)
      .map((conflict) => conflictWords(conflict, names)),
  ];
}

const effectWords: Readonly<Record<string, string>> = {
  warn: 'a warning to the reviewers',
  requireLevel: 'a further level reviews it',
  forbid: 'it is forbidden',
};

const standingWords: Readonly<Record<string, string>> = {
  held: 'held now',
  pending: 'asked for elsewhere',
  sameRequest: 'asked for with it',
};

function conflictWords(conflict: EventData, names: Names): string {
  const others = listIn(conflict, 'with')
    .filter(isData)
    .map(
      (one) =>
        `${names.entitlement(one['entitlementId'])} (${standingWords[String(one['standing'])] ?? 'held or asked for'})`,
    );
  const rule = `${quoted(textIn(conflict, 'name') ?? 'a rule without a name')}, version ${numberIn(conflict, 'ruleVersion') ?? 'not named'}`;
  const effect = effectWords[String(conflict['effect'])];
  return `The rule ${rule}, keeps it apart from ${list(others)}${effect === undefined ? '' : `: ${effect}`}`;
}
