/** What a step changed, held against the table of core/engine/lifecycle.ts: each change with the one fact that names it. */
import type { AuditFact } from '#core/domain/audit.ts';
import type { RequestItemId } from '#core/domain/ids.ts';
import type { ReviewTask, TaskVia } from '#core/domain/request.ts';
import {
  changeKey,
  lifecycle,
  type LifecycleCommand,
  type LifecycleLine,
  type Subject,
} from '#core/engine/lifecycle.ts';
import type { RequestAggregate } from '#core/engine/state.ts';
import type { Change, PlayedCommand, Taken } from './played.ts';
import { found } from './world.ts';

export interface Observed {
  /** Lines of the table that were seen. */
  readonly keys: readonly string[];
  readonly violations: readonly string[];
}

/** A row whose state changed. */
interface Moved {
  readonly subject: Subject;
  readonly itemId: RequestItemId;
  readonly from: string;
  readonly to: string;
  readonly id?: string;
  /** Of a review task. */
  readonly task?: ReviewTask;
  readonly level?: number | undefined;
  /** Of a task in the application: it took the write, and is read until it is there. */
  readonly accepted?: boolean;
}

export function observe({ command, changes }: Taken): Observed {
  if (command === null || changes.length === 0) return { keys: [], violations: [] };
  const line = lineOf(command);
  if (line === undefined) return { keys: [], violations: [`${command.type} is not in the table`] };
  const all = changes.flatMap((change) => movesOf(change).map((moved) => ({ moved, change })));
  const keys: string[] = [];
  const violations: string[] = [];
  const named = new Set<AuditFact>();
  for (const { moved, change } of all) {
    const candidates = line.lines.filter((one) => isLineOf(one, moved));
    const facts = onlyOnce(
      change.facts.filter((fact) => candidates.some((one) => one.event === fact.type && names(fact, moved))),
      moved,
    );
    const silent = candidates.find((one) => one.event === null);
    if (facts.length === 0 && silent !== undefined && moved.accepted === true)
      keys.push(changeKey(line, { ...silent, from: moved.from }));
    else if (candidates.length === 0) violations.push(`${wordsOf(command, moved)}: not in the table`);
    else if (facts.length !== 1)
      violations.push(
        `${wordsOf(command, moved)}: named by ${facts.length} facts (${change.facts.map((fact) => fact.type).join(', ')})`,
      );
    for (const fact of facts) {
      named.add(fact);
      const of = found(candidates.find((one) => one.event === fact.type));
      keys.push(changeKey(line, { ...of, from: moved.from }));
    }
  }
  for (const change of changes)
    for (const fact of change.facts.filter((one) => !named.has(one) && !isOfRequest(one))) {
      const note = line.lines.find((one) => one.event === fact.type && isNoteOf(one, fact, change));
      if (note === undefined) violations.push(`${command.type}: ${fact.type} names nothing that changed`);
      else keys.push(changeKey(line, { ...note, from: note.to }));
    }
  return { keys, violations: [...violations, ...changes.flatMap((change) => requestProblems(change))] };
}

/** The part of the table about a command; a decision over many tasks does what each single one does. */
function lineOf(command: PlayedCommand): LifecycleCommand | undefined {
  const like = lifecycle.find((one) => one.type === command.type)?.like ?? command.type;
  return lifecycle.find(({ type, verdict }) => type === like && (verdict === undefined || verdict === command.verdict));
}

function movesOf({ before, after }: Change): readonly Moved[] {
  const items = after.items.flatMap((item): readonly Moved[] => {
    const old = before?.items.find((other) => other.id === item.id)?.state;
    const moved = (from: string, to: string): Moved => ({ subject: 'item', itemId: item.id, from, to });
    // Every item begins in review, also when it is decided in the same moment.
    if (old === undefined)
      return [moved('none', 'inReview'), ...(item.state === 'inReview' ? [] : [moved('inReview', item.state)])];
    return old === item.state ? [] : [moved(old, item.state)];
  });
  return [
    ...items,
    ...movedRows('stage', before?.stages ?? [], after.stages),
    ...movedRows('task', before?.tasks ?? [], after.tasks).map((moved) => ({
      ...moved,
      ...taskOf(after, moved.id),
    })),
    ...movedRows('delivery', of(before, 'decision'), of(after, 'decision')),
    ...movedRows('end', of(before, 'expiry'), of(after, 'expiry')),
  ];
}

function taskOf(after: RequestAggregate, id: string): Pick<Moved, 'task' | 'level'> {
  const task = found(after.tasks.find((one) => one.id === id));
  return { task, level: after.stages.find((stage) => stage.id === task.stageId)?.level };
}

function of(aggregate: RequestAggregate | null, cause: 'decision' | 'expiry') {
  return (aggregate?.fulfillment ?? []).filter((task) => task.cause === cause);
}

function movedRows(
  subject: Subject,
  before: readonly { readonly id: string; readonly state: string }[],
  after: readonly {
    readonly id: string;
    readonly state: string;
    readonly itemId: RequestItemId;
    readonly acceptedAt?: string | null;
  }[],
): readonly (Moved & { readonly id: string })[] {
  const old = new Map(before.map((row) => [row.id, row.state]));
  return after.flatMap(({ id, state, itemId, acceptedAt = null }) => {
    const from = old.get(id) ?? 'none';
    return from === state ? [] : [{ subject, itemId, from, to: state, id, accepted: acceptedAt !== null }];
  });
}

function isLineOf(line: LifecycleLine, moved: Moved): boolean {
  return (
    line.subject === moved.subject &&
    line.from.includes(moved.from) &&
    line.to === moved.to &&
    line.from.every((from) => from !== line.to || line.from.length > 1) &&
    (line.via === undefined || line.via === moved.task?.via)
  );
}

/** Does a fact say that this very row changed? Where people are named, they are the row's. */
function names(fact: AuditFact, { itemId, subject, to, task, level, id }: Moved): boolean {
  if (fact.itemId !== itemId) return false;
  if (subject === 'delivery' || subject === 'end') return namesFulfillment(fact, subject, id);
  if (task === undefined) return true;
  const { data } = fact;
  if (fact.type === 'review.skipped' || fact.type === 'review.taskClosed')
    return data['reviewerId'] === task.reviewerId && data['level'] === level;
  if (fact.type === 'review.escalated') return (data['toReviewerIds'] as readonly string[]).includes(task.reviewerId);
  if ('fromReviewerId' in data) return data[to === 'handedOn' ? 'fromReviewerId' : 'toReviewerId'] === task.reviewerId;
  const own: readonly TaskVia[] = ['planned', 'rerouted'];
  // What a decision opens is for planned reviewers; what came otherwise has a fact that says from whom.
  return to !== 'open' || own.includes(task.via);
}

/** `fulfillment.refused` ends the delivery, and with it an end that has become pointless; the others name one of the two. */
function namesFulfillment(fact: AuditFact, subject: 'delivery' | 'end', id: string | undefined): boolean {
  if (fact.data['fulfillmentTaskId'] !== undefined) return fact.data['fulfillmentTaskId'] === id;
  const cause = fact.data['cause'];
  const isEnd = fact.type === 'access.expired' || fact.type === 'access.extended' || cause === 'expiry';
  return subject === 'end' ? isEnd || fact.type === 'item.approved' || cause === 'decision' : !isEnd;
}

/**
 * A re-routing is told level by level, and what it does to a task of who left by a fact of its own. Of several facts the
 * task's own names it, else that of its level, else they are one for all.
 */
function onlyOnce(facts: readonly AuditFact[], { level }: Moved): readonly AuditFact[] {
  const own = facts.filter(({ type }) => type !== 'review.rerouted');
  if (own.length > 0) return own;
  const ofLevel = facts.filter(({ data }) => data['level'] === level);
  return (ofLevel.length > 0 ? ofLevel : facts).slice(0, 1);
}

/** Said of something that keeps its state. */
function isNoteOf(line: LifecycleLine, fact: AuditFact, { before, after }: Change): boolean {
  if (!line.from.includes(line.to)) return false;
  const rows = {
    item: (before ?? after).items.map((item) => ({
      itemId: item.id,
      state: before === null ? 'inReview' : item.state,
    })),
    stage: (before ?? after).stages,
    task: (before ?? after).tasks,
    delivery: of(before ?? after, 'decision'),
    end: of(before ?? after, 'expiry'),
  }[line.subject];
  return rows.some((row) => row.itemId === fact.itemId && row.state === line.to);
}

const requestFacts = [
  'request.submitted',
  'request.completed',
  'request.denied',
  'request.cancelled',
  'request.expired',
];

function isOfRequest({ type }: AuditFact): boolean {
  return requestFacts.includes(type);
}

const endings: Readonly<Record<string, string>> = {
  completed: 'request.completed',
  completedWithFailures: 'request.completed',
  denied: 'request.denied',
  cancelled: 'request.cancelled',
  expired: 'request.expired',
};

/** A request is submitted once and ends once, each with a fact of its own; its other state follows from its items. */
function requestProblems({ before, after, facts }: Change): readonly string[] {
  const expected: string[] = before === null ? ['request.submitted'] : [];
  const ending = endings[after.request.state];
  if (ending !== undefined && before?.request.state !== after.request.state) expected.push(ending);
  const told = facts.filter(isOfRequest).map((fact) => fact.type);
  const same = told.length === expected.length && expected.every((type) => told.some((one) => one === type));
  return same
    ? []
    : [`the request became ${after.request.state}, and the trail says ${told.join(', ') || 'nothing'} of it`];
}

function wordsOf(command: PlayedCommand, { subject, from, to, task }: Moved): string {
  const verdict = command.verdict === undefined ? '' : ` (${command.verdict})`;
  return `${command.type}${verdict}: ${subject} ${from} -> ${to}${task === undefined ? '' : ` via ${task.via}`}`;
}
