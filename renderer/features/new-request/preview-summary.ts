/** What the preview says about the cart, put together: what is wrong, how to mend it, and who will review. */
import type { PreviewLine, RefusalCode } from '#core/contract/index.ts';
import { counted, spanOfMinutes } from '#renderer/ui/format.ts';
import { reviewerKindWord } from '#renderer/ui/reviewer-kinds.ts';
import { lineKey, type Draft, type DraftLine } from './draft.ts';

export type PreviewByKey = ReadonlyMap<string, PreviewLine>;

/** The preview's lines under the cart's keys. `keys` are those of the items that were asked about, in their order. */
export function previewByKey(keys: readonly string[], lines: readonly PreviewLine[]): PreviewByKey {
  const byKey = new Map<string, PreviewLine>();
  for (const line of lines) {
    const key = keys[line.index];
    if (key !== undefined) byKey.set(key, line);
  }
  return byKey;
}

export interface ProblemGroup {
  readonly code: RefusalCode;
  readonly title: string;
  readonly keys: readonly string[];
  /** Lines that can stay when their term becomes the longest that is allowed, by that number of minutes. */
  readonly shorten: ReadonlyMap<string, number>;
}

const titles: Partial<Record<RefusalCode, readonly [one: string, many: string]>> = {
  'item.alreadyHeld': ['1 line asks for access that is already held', 'lines ask for access that is already held'],
  'item.alreadyPending': [
    '1 line meets an open request about the same access',
    'lines meet open requests about the same access',
  ],
  'item.beneficiaryLeft': ['1 line is for a person who has left', 'lines are for people who have left'],
  'item.endInPast': ['1 line ends in the past', 'lines end in the past'],
  'item.entitlementGone': [
    '1 line asks for something the application no longer has',
    'lines ask for something the application no longer has',
  ],
  'item.conflict': ['1 line is forbidden beside what is held', 'lines are forbidden beside what is held'],
  'item.endBeforeStart': ['1 line ends before it starts', 'lines end before they start'],
  'item.endNotLater': ['1 line ends no later than it does now', 'lines end no later than they do now'],
  'item.notExtendable': ['1 line prolongs what has ended', 'lines prolong what has ended'],
  'item.serviceAccountInvalid': ['1 line names a person’s account', 'lines name a person’s account'],
  'item.serviceAccountTaken': ['1 line names somebody else’s service account', 'lines name others’ service accounts'],
  'item.startInPast': ['1 line starts in the past', 'lines start in the past'],
  'item.notHeld': ['1 line removes access that is not held', 'lines remove access that is not held'],
  'item.tooLong': ['1 line asks for longer than is allowed', 'lines ask for longer than is allowed'],
};

/** The problems of the lines now in the cart, most frequent first. */
export function problemGroups(draft: Draft, previews: PreviewByKey): ProblemGroup[] {
  const groups = new Map<RefusalCode, { keys: string[]; shorten: Map<string, number> }>();
  for (const line of draft.lines) {
    const key = lineKey(line);
    const preview = previews.get(key);
    for (const problem of preview?.problems ?? []) {
      const group = groups.get(problem.code) ?? { keys: [], shorten: new Map<string, number>() };
      groups.set(problem.code, group);
      group.keys.push(key);
      const allowed = longestAllowed(line, problem.data);
      if (problem.code === 'item.tooLong' && allowed !== null) group.shorten.set(key, allowed);
    }
  }
  return [...groups]
    .map(([code, group]) => ({ code, title: groupTitle(code, group.keys.length), ...group }))
    .toSorted((left, right) => right.keys.length - left.keys.length);
}

function groupTitle(code: RefusalCode, count: number): string {
  const words = titles[code] ?? ['1 line cannot be submitted', 'lines cannot be submitted'];
  return count === 1 ? words[0] : `${count} ${words[1]}`;
}

/** From the entitlement as it was chosen, or from the refusal, which knows it also for deep starts. */
function longestAllowed(line: DraftLine, data: Readonly<Record<string, unknown>> | undefined): number | null {
  const fromRefusal = data?.['maximumMinutes'];
  return typeof fromRefusal === 'number' ? fromRefusal : line.entitlement.maximumDurationMinutes;
}

/** Keys of all lines that would be refused. */
export function refusedKeys(draft: Draft, previews: PreviewByKey): Set<string> {
  return new Set(draft.lines.map(lineKey).filter((key) => (previews.get(key)?.problems.length ?? 0) > 0));
}

/** Who decides about a line: `Reviewed by Ana Kern, then Bo Lind or 2 others`. Everybody is in `reviewLevels`. */
export function reviewersText(preview: PreviewLine): string {
  if (preview.deniedBecause !== null) return `Denied at once by the policy “${preview.policy ?? ''}”`;
  if (preview.approval === 'auto')
    return preview.policy === null
      ? 'Approved at once by the application’s setting'
      : `Approved at once by the policy “${preview.policy}”`;
  if (preview.reviewers.length === 0) return 'Reviewers are chosen when it is submitted';
  const levels = preview.reviewers.toSorted((left, right) => left.level - right.level);
  return `Reviewed by ${levels.map(levelText).join(', then ')}`;
}

/** One of several suffices unless something else is said. */
function levelText({ people, needed }: PreviewLine['reviewers'][number]): string {
  const names = people.map((person) => person.fullName);
  if (needed < 2) return peopleText(names);
  const who = names.length < 4 ? ` (${names.join(', ')})` : '';
  return needed === names.length
    ? `all ${needed} reviewers${who}`
    : `${needed} of ${names.length} reviewers${who}, who must approve`;
}

function peopleText(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return 'administrators';
  if (second === undefined) return first;
  if (names.length === 2) return `${first} or ${second}`;
  return `${first} or ${names.length - 1} others`;
}

/** Each level in full, in the order they are passed: as what they are asked, how many must approve, and everybody by name. */
export function reviewLevels(preview: PreviewLine): readonly { readonly head: string; readonly names: string }[] {
  return preview.reviewers
    .toSorted((left, right) => left.level - right.level)
    .map(({ level, kind, people, needed }) => ({
      head: `${level}. ${reviewerKindWord(kind)}, ${needed === people.length ? (needed === 1 ? 'who must approve' : `all ${needed} must approve`) : `${needed} of ${people.length} must approve`}`,
      names: people.map((person) => person.fullName).join(', '),
    }));
}

/** Where others review than those who were asked for first, and why. */
function fallbacks({ reviewers }: PreviewLine): string[] {
  return reviewers.flatMap(({ level, kind, fallbackReason }) =>
    fallbackReason === null
      ? []
      : [
          `Level ${level} is reviewed by ${kind === 'administrator' ? 'administrators' : `the kind that comes next, ${reviewerKindWord(kind).toLowerCase()},`} instead: ${lowerFirst(fallbackReason)}`,
        ],
  );
}

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

/** What else is known about a line that can be submitted, each a sentence of its own. */
export function remarksOn(preview: PreviewLine): string[] {
  return [
    ...(preview.joins === null ? [] : [`Request ${preview.joins} already asks for this: you will follow it.`]),
    ...(preview.deniedBecause === null ? [] : [`It would be denied: “${preview.deniedBecause}”.`]),
    ...(preview.joins === null ? fallbacks(preview) : []),
    ...(preview.levelsAsked === null || preview.levelsAsked <= preview.reviewers.length
      ? []
      : [
          `${counted(preview.levelsAsked, 'level')} of review were asked for; there is somebody for ${preview.reviewers.length}.`,
        ]),
    ...(preview.notAutomatic === null ? [] : [preview.notAutomatic]),
    ...preview.conflicts
      .filter((conflict) => conflict.effect !== 'forbid')
      .map(
        (conflict) =>
          `“${conflict.name}” keeps this apart from ${conflict.with.join(', ')}${conflict.effect === 'requireLevel' ? ', so a further level reviews it' : '; reviewers will see it'}.`,
      ),
  ];
}

/** The policy, delivery and the longest time, as far as they are worth a word. */
export function detailsOf(preview: PreviewLine, isGrant: boolean): string[] {
  return [
    preview.policy === null || preview.approval === 'auto' ? null : `by the policy “${preview.policy}”`,
    preview.fulfillment === 'manual' ? 'Delivered by hand' : null,
    isGrant && preview.maximumDurationMinutes !== null
      ? `At most ${spanOfMinutes(preview.maximumDurationMinutes)}`
      : null,
  ].filter((part) => part !== null);
}

export interface CartFigures {
  readonly grants: number;
  readonly revokes: number;
  readonly people: number;
  readonly automatic: number;
  readonly newAccounts: number;
  /** Lines that an open request asks for already. */
  readonly joined: number;
}

/** Counts over the lines that can be submitted. */
export function cartFigures(draft: Draft, previews: PreviewByKey): CartFigures {
  const refused = refusedKeys(draft, previews);
  const lines = draft.lines.filter((line) => !refused.has(lineKey(line)));
  const newAccounts = new Set<string>();
  let automatic = 0;
  let joined = 0;
  for (const line of lines) {
    const preview = previews.get(lineKey(line));
    if ((preview?.joins ?? null) !== null) {
      joined += 1;
      continue;
    }
    if (preview?.approval === 'auto') automatic += 1;
    if (line.action === 'GRANT' && preview?.account?.state === 'willBeCreated')
      newAccounts.add(`${preview.account.username}:${line.entitlement.application.id}`);
  }
  return {
    grants: lines.filter((line) => line.action === 'GRANT').length,
    revokes: lines.filter((line) => line.action === 'REVOKE').length,
    people: new Set(lines.map((line) => line.beneficiaryId)).size,
    automatic,
    newAccounts: newAccounts.size,
    joined,
  };
}

/** `3 lines for 2 people`. */
export function linesText(lines: number, people: number): string {
  return `${counted(lines, 'line')} for ${counted(people, 'person', 'people')}`;
}

/** The words on the button that mends lines which are too long. */
export function shortenText(allowed: readonly number[]): string {
  const [first] = allowed;
  return first !== undefined && allowed.every((minutes) => minutes === first)
    ? `Shorten to ${spanOfMinutes(first)}`
    : 'Shorten to the longest allowed';
}
