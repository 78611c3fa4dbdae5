/** What was intended in the applications, what was seen there, when and from where. */
import type { FulfillmentTask, Observation } from '#core/domain/request.ts';
import type { ReportData } from '../report-data.ts';
import { count, latenessWords, timeWords } from '../words.ts';
import { begin, plain, small, strong } from './parts.ts';
import { ink, type Cell, type Piece, type Sheet } from './sheet.ts';

export async function fulfillmentSection(sheet: Sheet, { items, names }: ReportData): Promise<void> {
  sheet.heading('Fulfillment');
  const rows = items.flatMap(({ position, item, fulfillment, lastSeen }) =>
    fulfillment.map((task): readonly Cell[] => [
      String(position),
      [
        {
          ...plain,
          text: `${names.entitlement(item.entitlementId)} ${task.effect === 'grant' ? 'is held' : 'is not held'}`,
        },
        {
          ...small,
          text: `by ${names.person(item.beneficiaryId)}${task.cause === 'expiry' ? ', at the end of its time' : ''}`,
        },
      ],
      seenCell(task, task === lastDone(fulfillment) ? lastSeen : task.observation),
      sourceCell(task, task.evidence === null ? null : names.account(task.evidence.accountId)),
      timingCell(task),
    ]),
  );
  if (rows.length === 0) return sheet.text('Nothing was to be done in an application.', plain);
  await sheet.table(
    [
      { title: 'Item', share: 5 },
      { title: 'Intended', share: 24 },
      { title: 'Read back', share: 22 },
      { title: 'From where', share: 28 },
      { title: 'When', share: 26 },
    ],
    rows,
  );
}

const outcomeWords = {
  applied: 'Changed by Gatehouse',
  already: 'Was so already',
  byHand: "Done by hand; a person's statement",
  byTicket: "Done through a ticket; the other system's statement",
} as const;

const taskWords: Readonly<Record<FulfillmentTask['state'], string>> = {
  scheduled: 'Scheduled',
  ready: 'Due now',
  running: 'Being done',
  waiting: 'Waits for its next attempt',
  byHand: 'Waits for a person',
  done: 'Done',
  failed: 'Given up, waits for a person',
  cancelled: 'Not done',
};

function lastDone(tasks: readonly FulfillmentTask[]): FulfillmentTask | undefined {
  return tasks
    .filter((task) => task.evidence !== null && task.endedAt !== null)
    .toSorted((one, other) => ((one.endedAt ?? '') < (other.endedAt ?? '') ? -1 : 1))
    .at(-1);
}

/** @param later what was seen after the effect was recorded. */
function seenCell(task: FulfillmentTask, later: Observation | null): readonly Piece[] {
  const { evidence } = task;
  if (evidence === null) {
    return [
      { ...strong, text: taskWords[task.state] },
      ...(task.lastProblem === null ? [] : [{ ...small, text: task.lastProblem }]),
      ...(task.ticket === null ? [] : [{ ...small, text: `Ticket ${task.ticket.reference}` }]),
    ];
  }
  const newer = later !== null && later.at >= (evidence.readBackAt ?? task.endedAt ?? later.at) ? later : null;
  const held = newer?.held ?? evidence.heldAfterwards;
  if (held === null) {
    return [
      { ...strong, text: 'Not read back' },
      { ...small, text: outcomeWords[evidence.outcome] },
    ];
  }
  const asIntended = held === (task.effect === 'grant');
  return [
    {
      ...strong,
      color: asIntended ? ink.good : ink.bad,
      text: `${held ? 'Held' : 'Not held'}${asIntended ? ', as intended' : ', not as intended'}`,
    },
    { ...small, text: outcomeWords[evidence.outcome] },
    ...(newer === null
      ? []
      : [{ ...small, text: `Seen by ${newer.by === 'import' ? 'an import' : 'a discovery'}, ${timeWords(newer.at)}` }]),
  ];
}

function sourceCell({ evidence }: FulfillmentTask, username: string | null): Cell {
  if (evidence === null) return '–';
  return [
    { ...plain, text: evidence.source },
    ...(evidence.file === undefined
      ? []
      : [
          {
            ...small,
            text: `File: ${evidence.file.name}, ${count(evidence.file.bytes, 'byte')}, SHA-256 ${evidence.file.sha256}`,
          },
        ]),
    ...(username === null
      ? []
      : [{ ...small, text: `Account ${username}${evidence.accountCreated ? ', created for this' : ''}` }]),
    ...Object.entries(evidence.facts).map(([name, value]) => ({ ...small, text: `${name}: ${value}` })),
  ];
}

function timingCell(task: FulfillmentTask): readonly Piece[] {
  const seenAt = task.evidence?.readBackAt ?? (task.state === 'done' ? task.endedAt : null);
  const attempts = task.attempts > 1 ? [{ ...small, text: count(task.attempts, 'attempt') }] : [];
  if (seenAt === null)
    return [{ ...plain, text: task.state === 'cancelled' ? '–' : `Due ${timeWords(task.dueAt)}` }, ...attempts];
  return [
    { ...plain, text: timeWords(seenAt) },
    { ...small, text: `Due ${timeWords(task.dueAt)}` },
    ...(task.latenessSeconds === null ? [] : [{ ...small, text: delayWords(task, task.latenessSeconds) }]),
    ...attempts,
  ];
}

/** The end of access has a time to be kept; a decision is carried out as soon as may be. */
function delayWords(task: FulfillmentTask, seconds: number): string {
  if (task.cause === 'expiry') return begin(latenessWords(seconds));
  return seconds <= 0 ? 'At once' : begin(latenessWords(seconds).replace(/ late$/, ' after the decision'));
}
