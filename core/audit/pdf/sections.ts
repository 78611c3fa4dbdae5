/** The head of the report, its verification, and what was asked for and decided. */
import type { AutomaticDecision, Decision, ReviewStage } from '#core/domain/request.ts';
import type { EventData } from '../event-data.ts';
import { planRemarks, policyWords } from '../plan-sentences.ts';
import type { ReportData, ReportItem } from '../report-data.ts';
import {
  count,
  itemStateWords,
  list,
  quoted,
  requestStateWords,
  reviewerKindWords,
  sentence,
  termWords,
  timeWords,
} from '../words.ts';
import { begin, personCell, plain, small, strong } from './parts.ts';
import { ink, type Cell, type Piece, type Sheet } from './sheet.ts';

export function head(sheet: Sheet, { request, isPart, requester, names, items, generated }: ReportData): void {
  sheet.text('Gatehouse · Report with evidence', { size: 8, color: ink.quiet });
  sheet.space(2);
  sheet.text(`Access request ${request.number}`, { size: 20, weight: 'bold' });
  sheet.text(requestStateWords[request.state], { size: 12, color: ink.accent, weight: 'bold' });
  sheet.space(10);
  const person =
    requester === null ? names.person(request.requesterId) : `${requester.fullName} · ${requester.workEmail}`;
  const position = [requester?.jobTitle, requester?.department].filter((part) => typeof part === 'string').join(', ');
  sheet.fields([
    ['Requester', position === '' ? person : `${person}\n${position}`],
    ...(isPart
      ? ([
          ['Part', 'The lines that were joined, for whoever joined them. Nothing else of this request is told.'],
        ] as const)
      : ([
          ['Justification', request.justification ?? ''],
          ['Ticket', request.ticketReference ?? ''],
        ] as const)),
    ['Submitted', timeWords(request.submittedAt)],
    ['Ended', request.endedAt === null ? 'Not yet' : timeWords(request.endedAt)],
    ['Items', count(items.length, 'item')],
    ['Request id', request.id],
    ['Generated', `${timeWords(generated.at)} by ${generated.by}`],
  ]);
  sheet.space(6);
}

export function verification(sheet: Sheet, { verification: chain, isPart, differences, generated }: ReportData): void {
  const moment = `All hashes were computed again when this report was generated, at ${timeWords(generated.at)}.`;
  if (isPart) {
    // What the rest of the chain is like is not for this reader, but whether it holds is.
    sheet.notice(
      chain.intact
        ? 'The trail of the whole request is intact: each event matches its hash and the event before it'
        : 'The trail of the whole request is broken',
      `${moment} Events of other lines are left out below, so this cannot be checked with this report alone.`,
      chain.intact ? ink.good : ink.bad,
    );
  } else if (chain.intact) {
    const headHash = chain.head === null ? '' : ` The last event's hash is ${chain.head}.`;
    sheet.notice(
      `The trail is intact: ${count(chain.events, 'event')}, each matching its hash and the event before it`,
      `${moment}${headHash}`,
      ink.good,
    );
  } else {
    sheet.notice(
      `The trail is broken at event ${chain.brokenAt}`,
      `${chain.message} ${moment} What is reported below from event ${chain.brokenAt} on is what the database says now; it is not proven to be what was recorded.`,
      ink.bad,
    );
  }
  if (differences.length === 0) return;
  // A broken trail is no witness against the records.
  const says = chain.intact ? '\nWhat the trail says is what was recorded at the time.' : '';
  const told = differences
    .slice(0, 10)
    .map(({ message }) => message)
    .join('\n');
  const more = differences.length > 10 ? `\nand ${differences.length - 10} more.` : '';
  sheet.notice(
    `The records do not agree with the trail in ${count(differences.length, 'place')}`,
    `${told}${more}${says}`,
    ink.bad,
  );
}

export async function itemsSection(sheet: Sheet, { items, names }: ReportData): Promise<void> {
  sheet.heading('Items');
  await sheet.table(
    [
      { title: 'No.', share: 5 },
      { title: 'For', share: 28 },
      { title: 'Access', share: 27 },
      { title: 'Asked for', share: 22 },
      { title: 'State', share: 23 },
    ],
    items.map(({ position, item }) => [
      String(position),
      personCell(names.person(item.beneficiaryId), names.details(item.beneficiaryId)?.workEmail),
      [
        { ...plain, text: names.entitlement(item.entitlementId) },
        { ...small, text: names.application(item.applicationId) },
      ],
      [
        { ...plain, text: item.action === 'REVOKE' ? 'To be taken away' : 'To be given' },
        ...(item.action === 'REVOKE' ? [] : [{ ...small, text: begin(termWords(item.term)) }]),
      ],
      [{ ...strong, text: begin(itemStateWords[item.state]) }, ...itemTimes(item).map((text) => ({ ...small, text }))],
    ]),
  );
}

function itemTimes(item: ReportItem['item']): readonly string[] {
  const times: string[] = [];
  if (item.fulfilledAt !== null)
    times.push(`${item.action === 'GRANT' ? 'Given' : 'Taken away'} ${timeWords(item.fulfilledAt)}`);
  if (item.expiresAt !== null) times.push(`Ends ${timeWords(item.expiresAt)}`);
  if (item.expiredAt !== null) times.push(`Ended ${timeWords(item.expiredAt)}`);
  return times;
}

export async function reviewSection(sheet: Sheet, { items, names }: ReportData): Promise<void> {
  sheet.heading('Review');
  const person = (id: string | null) => (id === null ? 'Gatehouse' : names.person(id));
  const rows = items.flatMap((entry): readonly (readonly Cell[])[] => {
    const automatic = entry.decisions.filter((decision) => decision.automatic !== null);
    const levels = [...entry.stages].sort((a, b) => a.level - b.level);
    return [
      ...automatic.map((decision) => [
        String(entry.position),
        'No level: automatic',
        'Nobody had to act',
        decisionCell(decision, 'Gatehouse'),
        automaticCell(decision.automatic, names),
      ]),
      ...levels.map((stage) => {
        const decisions = entry.decisions.filter((decision) => decision.stageId === stage.id);
        return [
          String(entry.position),
          levelCell(stage, entry),
          reviewersCell(stage, entry, person),
          decisions.length === 0
            ? stageWords[stage.state]
            : decisions.flatMap((decision) => decisionCell(decision, person(decision.deciderId))),
          decisions
            .map((decision) => decision.reason ?? '')
            .filter((reason) => reason !== '')
            .join('\n') || '–',
        ];
      }),
    ];
  });
  if (rows.length === 0) return sheet.text('No review is recorded.', plain);
  await sheet.table(
    [
      { title: 'Item', share: 5 },
      { title: 'Level', share: 22 },
      { title: 'Who could decide', share: 24 },
      { title: 'Decision', share: 25 },
      { title: 'Reason or setting', share: 28 },
    ],
    rows,
  );
  for (const { position, item } of items) {
    const remarks = planNotes({ ...item.plan }, names);
    if (remarks.length > 0) sheet.text(`Item ${position}. ${remarks.map(sentence).join(' ')}`, small);
  }
}

/** What the plan says besides its levels; who decided automatically is in the table. */
function planNotes(plan: EventData, names: ReportData['names']): readonly string[] {
  const policy = plan['mode'] === 'auto' ? null : policyWords(plan);
  return [...(policy === null ? [] : [`Reviewed as ${policy}, says`]), ...planRemarks(plan, names)];
}

const stageWords: Readonly<Record<ReviewStage['state'], string>> = {
  waiting: 'Waits for the level before',
  open: 'Open',
  approved: 'Approved',
  denied: 'Denied',
  closed: 'Closed without a decision',
};

function levelCell(stage: ReviewStage, { item }: ReportItem): readonly Piece[] {
  const fallback = item.plan.levels.find((level) => level.level === stage.level)?.fallbackReason ?? null;
  return [
    { ...plain, text: `${stage.level}: ${reviewerKindWords(stage.reviewerKind)}` },
    ...(stage.needed === 1 ? [] : [{ ...small, text: `${stage.needed} approvals needed` }]),
    ...(fallback === null ? [] : [{ ...small, text: fallback }]),
  ];
}

/** Some levels have a crowd of reviewers, e.g. all administrators; the trail has all their names. */
const namedReviewers = 6;

function reviewersCell(stage: ReviewStage, { item, tasks }: ReportItem, person: (id: string) => string): string {
  const asked = tasks.filter((task) => task.stageId === stage.id).map((task) => task.reviewerId);
  const planned = item.plan.levels.find((level) => level.level === stage.level)?.reviewers ?? [];
  const people = [...new Set<string>([...asked, ...planned])].map(person);
  const more = people.length - namedReviewers;
  return more > 1 ? `${people.slice(0, namedReviewers).join(', ')} and ${more} more` : list(people);
}

const verdictWords: Readonly<Record<Decision['verdict'], string>> = {
  approve: 'Approved',
  deny: 'Denied',
  drop: 'Left out',
};

function decisionCell(decision: Decision, by: string): readonly Piece[] {
  const { verdict, shortenedTo } = decision;
  return [
    { ...strong, color: verdict === 'approve' ? ink.good : ink.bad, text: verdictWords[verdict] },
    ...(shortenedTo === null ? [] : [{ ...plain, text: `Shortened: ${termWords(shortenedTo)}` }]),
    { ...plain, text: `by ${by}` },
    { ...small, text: timeWords(decision.decidedAt) },
  ];
}

/** What decided by itself, and in which version. */
function automaticCell(automatic: AutomaticDecision | null, names: ReportData['names']): string {
  if (automatic === null) return '';
  return automatic.rule === 'policy'
    ? `Policy ${quoted(automatic.policyName)}, version ${automatic.policyVersion}`
    : `Setting ${quoted('automatic approval')} of ${names.application(automatic.applicationId)}, version ${automatic.applicationVersion} of its settings`;
}
