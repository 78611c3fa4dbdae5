/** How a review task came to where it is, what was asked and answered about it, and to whom it can be given. */
import type { Person, ReviewMessageView, TaskStory } from '#core/contract/index.ts';
import { loadByTask } from '#core/commands/request-store.ts';
import { loadOutOfOffice } from '#core/commands/stand-ins.ts';
import type { EmployeeId, RequestId, ReviewTaskId } from '#core/domain/ids.ts';
import type { ReviewTask } from '#core/domain/request.ts';
import { sees } from '#core/domain/sight.ts';
import { isOpen, notEligible, ownerOf, placeOfTask } from '#core/engine/hand-over.ts';
import { isInterested } from '#core/engine/reviewers.ts';
import { standInsFor } from '#core/engine/review-facts.ts';
import type { Reader, Writer } from '#core/persistence/tables.ts';
import { loadPeople, personColumns, personIn, personOf, type People } from './people.ts';
import { QueryRefused, requestNotFound } from './query-refused.ts';
import { isAdministrator, sightOf, type Viewer } from './visibility.ts';

/** @throws QueryRefused when there is no such task or the viewer may not see its line. */
export async function getTaskStory(reader: Reader, viewer: Viewer, taskId: ReviewTaskId): Promise<TaskStory> {
  const { before, place } = await loadVisible(reader, viewer, taskId);
  const chain = chainOf(before.tasks, place.task);
  const owner = ownerOf(before, place.task);
  const messages = await messagesAbout(reader, before.request.id);
  const people = await loadPeople(reader, [
    owner,
    ...chain.map((task) => task.reviewerId),
    ...messages.map((message) => message.author_id),
  ]);
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: place.item.beneficiaryId };
  const away = await loadOutOfOffice(reader, [concerned.requesterId, concerned.beneficiaryId]);
  const mine = place.task.reviewerId === viewer.id;
  const mayTouch =
    isOpen(place) && !isInterested(viewer.id, concerned, standInsFor(away, concerned).concernedDelegates);
  return {
    handOvers: chain.map((task) => ({
      taskId: task.id,
      reviewer: personIn(people, task.reviewerId),
      via: task.via,
      state: task.state,
      openedAt: task.openedAt,
      endedAt: task.endedAt,
    })),
    standsInFor:
      owner === place.task.reviewerId
        ? null
        : { person: personIn(people, owner), until: await awayUntil(reader, owner) },
    messages: messages.filter((row) => row.item_id === place.item.id).map((row) => messageView(row, people)),
    mayReassign: mayTouch && (mine || isAdministrator(viewer)),
    mayAsk: mayTouch && mine,
  };
}

/** How many people are looked through for candidates: more than that, and the search has to say more. */
const lookedThrough = 60;
const offered = 20;

/** @throws QueryRefused as `getTaskStory` does. */
export async function listCandidates(
  reader: Reader,
  viewer: Viewer,
  input: { readonly taskId: ReviewTaskId; readonly search: string },
): Promise<readonly Person[]> {
  const { before, place } = await loadVisible(reader, viewer, input.taskId);
  let query = reader
    .selectFrom('employee')
    .select(personColumns)
    .where('status', '=', 'active')
    .orderBy('full_name')
    .orderBy('id')
    .limit(lookedThrough);
  for (const word of input.search.toLowerCase().split(/\s+/).filter(Boolean))
    query = query.where('search_text', 'like', `%${word.replaceAll(/[\\%_]/g, '')}%`);
  const people = (await query.execute()).map(personOf);
  const concerned = { requesterId: before.request.requesterId, beneficiaryId: place.item.beneficiaryId };
  const away = await loadOutOfOffice(reader, [
    concerned.requesterId,
    concerned.beneficiaryId,
    ...people.map((person) => person.id),
  ]);
  const facts = { ...standInsFor(away, concerned), worksHere: true };
  return people.filter((person) => notEligible(before, place, person.id, facts) === null).slice(0, offered);
}

/** Every question and answer of a request, as far as the viewer sees it. @throws QueryRefused when the viewer may not see it. */
export async function getConversation(reader: Reader, viewer: Viewer, requestId: RequestId) {
  const sight = await sightOf(reader, viewer, requestId);
  if (sight === null) throw requestNotFound();
  const rows = (await messagesAbout(reader, requestId)).filter((row) => sees(sight, row.item_id));
  const people = await loadPeople(
    reader,
    rows.map((row) => row.author_id),
  );
  const items = await reader
    .selectFrom('request_item')
    .innerJoin('access_request', 'access_request.id', 'request_item.request_id')
    .select(['request_item.id', 'request_item.beneficiary_id', 'request_item.state', 'access_request.requester_id'])
    .where('request_item.request_id', '=', requestId)
    .execute();
  const joined = await reader
    .selectFrom('followed_item')
    .select('item_id')
    .where('request_id', '=', requestId)
    .where('employee_id', '=', viewer.id)
    .execute();
  const follows = new Set(joined.map((followed) => followed.item_id));
  return rows.map((row) => {
    const item = items.find((candidate) => candidate.id === row.item_id);
    const concerned =
      item !== undefined &&
      (item.beneficiary_id === viewer.id || item.requester_id === viewer.id || follows.has(item.id));
    return {
      ...messageView(row, people),
      mayAnswer: row.kind === 'question' && concerned && item?.state === 'inReview',
    };
  });
}

async function loadVisible(reader: Reader, viewer: Viewer, taskId: ReviewTaskId) {
  // Reading without a lock asks nothing of a transaction.
  const before = await loadByTask(reader as Writer, taskId, false);
  const place = before === null ? null : placeOfTask(before, taskId);
  const sight = before === null ? null : await sightOf(reader, viewer, before.request.id);
  if (before === null || place === null || sight === null || !sees(sight, place.item.id))
    throw new QueryRefused('task.notFound', 'There is no such task, or you may not see it.');
  return { before, place };
}

/** The task and those it came from, the planned one first. */
function chainOf(tasks: readonly ReviewTask[], task: ReviewTask): readonly ReviewTask[] {
  const chain: ReviewTask[] = [];
  let current: ReviewTask | undefined = task;
  while (current !== undefined && !chain.includes(current)) {
    chain.unshift(current);
    const from: ReviewTask['fromTaskId'] = current.fromTaskId;
    current = tasks.find((candidate) => candidate.id === from);
  }
  return chain;
}

function messagesAbout(reader: Reader, requestId: RequestId) {
  return reader
    .selectFrom('review_message')
    .selectAll()
    .where('request_id', '=', requestId)
    .orderBy('at')
    .orderBy('id')
    .execute();
}

type MessageRow = Awaited<ReturnType<typeof messagesAbout>>[number];

function messageView(row: MessageRow, people: People): ReviewMessageView {
  return {
    id: row.id,
    itemId: row.item_id,
    author: personIn(people, row.author_id),
    kind: row.kind,
    text: row.text,
    at: row.at,
    answersId: row.answers_id,
  };
}

async function awayUntil(reader: Reader, employeeId: EmployeeId) {
  const row = await reader
    .selectFrom('delegation')
    .select('ends_at')
    .where('delegator_id', '=', employeeId)
    .where('state', '=', 'active')
    .orderBy('starts_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.ends_at ?? null;
}
