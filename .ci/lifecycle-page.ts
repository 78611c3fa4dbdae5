/**
 * `npm run docs:lifecycle`: writes docs/guide/request-lifecycle.md from the table in core/engine/lifecycle.ts, which
 * the engine's properties hold against what the engine does.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  commandName,
  lifecycle,
  type LifecycleCommand,
  type LifecycleLine,
  type Subject,
} from '#core/engine/lifecycle.ts';
import {
  fulfillmentMeanings,
  itemMeanings,
  requestMeanings,
  stageMeanings,
  taskMeanings,
} from '#core/engine/lifecycle-words.ts';

const page = join(import.meta.dirname, '..', 'docs/guide/request-lifecycle.md');

export function lifecyclePage(): string {
  return [...opening, ...states(), ...diagram(), ...clocks, ...commands(), ...nothingElse].join('\n');
}

const opening = [
  '# What a request goes through',
  '',
  'Written by `npm run docs:lifecycle` from [`core/engine/lifecycle.ts`](../../core/engine/lifecycle.ts), and not edited. The properties in `core/engine/engine-model.test.ts` play random organisations and commands through the engine: whatever changes is in this table, with the one event that names it, and every line of the table is seen.',
  '',
  'A request has one item for each line that was asked for: one entitlement, for one person, to be granted or revoked. Each item goes its own way. Approval and delivery are separate facts of it.',
  '',
];

function states(): readonly string[] {
  return [
    '## The states',
    '',
    '### Of a request',
    'It follows from the items alone: the first line that is true of them is the request’s state. The end of a request has an event of its own (`request.completed`, `request.denied`, `request.expired`, `request.cancelled`).',
    '',
    ...meanings(requestMeanings),
    '### Of an item',
    ...meanings(itemMeanings),
    '### Of a level of review',
    'Levels are passed one after the other.',
    '',
    ...meanings(stageMeanings),
    '### Of a reviewer’s task',
    ...meanings(taskMeanings),
    '### Of what must be done in the application',
    'An item has one such task for its delivery and, when its access is temporary, one for its end.',
    '',
    ...meanings(fulfillmentMeanings),
  ];
}

function meanings(words: Readonly<Record<string, string>>): readonly string[] {
  return [
    '| state | meaning |',
    '|---|---|',
    ...Object.entries(words).map(([state, meaning]) => `| \`${state}\` | ${meaning} |`),
    '',
  ];
}

/** The way of an item. What changes no state is left out. */
function diagram(): readonly string[] {
  const arrows = new Map<string, string[]>();
  for (const command of lifecycle)
    for (const line of command.lines.filter(({ subject }) => subject === 'item'))
      for (const from of line.from.filter((state) => state !== line.to)) {
        const arrow = `${from === 'none' ? '[*]' : from} --> ${line.to}`;
        const names = arrows.get(arrow) ?? [];
        if (!names.includes(commandName(command))) names.push(commandName(command));
        arrows.set(arrow, names);
      }
  const starts = new Set([...arrows.keys()].map((arrow) => arrow.split(' ', 1)[0]));
  const finals = Object.keys(itemMeanings).filter((state) => !starts.has(state));
  return [
    '## The way of an item',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...[...arrows].map(([arrow, names]) => `    ${arrow}: ${names.join(', ')}`),
    ...finals.map((state) => `    ${state} --> [*]`),
    '```',
    '',
  ];
}

const clocks = [
  '## Two clocks',
  '',
  '- **How long a request may wait for its decision** (`decideBy`) is set per application, or for an entitlement of its own, and begins when the request is submitted. When it is over, `review.expireUndecided` ends what is still in review. It never ends access.',
  '- **How long the access lasts** (the item’s term) begins when the access is delivered, unless a fixed end was asked for. Its end is in the workspace as a due task before the access can be delivered, and is carried out when it is due, or at once when it is overdue. It never ends a review.',
  '',
];

const subjects: Readonly<Record<Subject, string>> = {
  item: 'item',
  stage: 'level',
  task: 'task',
  delivery: 'delivery',
  end: 'end of access',
};

function commands(): readonly string[] {
  return [
    '## What each command does',
    '',
    'Where the state after is the state before, something is recorded that changes no state. Whatever is not listed for a state is refused and changes nothing. A command adds one to the request’s version, and its event names the change: an event may name several rows that change together (a decision closes the tasks it makes unneeded), but no change has two events. The one thing that has none is that what an application accepted is read again.',
    '',
    ...lifecycle.flatMap(sectionOf),
  ];
}

function sectionOf(command: LifecycleCommand): readonly string[] {
  const besides = (command.besides ?? []).map((type) => `\`${type}\``).join(', ');
  return [
    `### \`${command.type}\`${command.verdict === undefined ? '' : `: ${command.verdict}`}`,
    command.does,
    '',
    `Who may: ${command.who}`,
    '',
    ...(command.like === undefined ? [] : [`Each line is as with \`${command.like}\`.`, '']),
    ...(besides === '' ? [] : [`Besides, in the trail: ${besides}.`, '']),
    ...(command.lines.length === 0 ? [] : tableOf(command.lines)),
  ];
}

function tableOf(lines: readonly LifecycleLine[]): readonly string[] {
  return [
    '| what | from | to | event | when |',
    '|---|---|---|---|---|',
    ...lines.map(
      ({ subject, from, to, event, when }) =>
        `| ${subjects[subject]} | ${from.map((state) => (state === 'none' ? 'new' : `\`${state}\``)).join(', ')} | \`${to}\` | ${event === null ? 'none' : `\`${event}\``} | ${when} |`,
    ),
    '',
  ];
}

const nothingElse = [
  '## What is final',
  '',
  'No command changes an item that is `denied`, `dropped`, `cancelled`, `expired` or `failed`, nor the decisions, levels and tasks of a request that has ended. What goes on after a request has ended is the end of its temporary access: it is delivered access that is taken away at its time, prolonged by another request, or marked as not to be renewed.',
  '',
  'Nobody decides what they asked for or receive, nor does whoever stands in for them, on any of these paths: it is looked at when tasks are made, when they are handed on, when a decision is taken, and once more in the recorded decisions before anything is delivered.',
  '',
];

if (import.meta.main) writeFileSync(page, lifecyclePage());
