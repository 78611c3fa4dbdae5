import { expect, it } from 'vitest';
import { noticeKinds, type NoticeKind } from '#core/domain/notice.ts';
import { noticeSentence, type NoticeFacts } from './notice-sentences.ts';

const mine = { what: 'Editors in Wiki', action: 'GRANT', beneficiary: null } as const;
const bens = { what: 'Editors in Wiki', action: 'GRANT', beneficiary: 'Ben Ode' } as const;
const takenFromBen = { ...bens, action: 'REVOKE' } as const;

function told(kind: NoticeKind, data: NoticeFacts['data'], item: NoticeFacts['item'] = bens): string {
  const nameOf = (id: unknown) => (id === 'ada' ? 'Ada Byron' : 'somebody else');
  return noticeSentence({ kind, data, nameOf, request: 7, item });
}

const sentences: Readonly<
  Record<NoticeKind, readonly (readonly [NoticeFacts['data'], string, NoticeFacts['item']?])[]>
> = {
  accessWorks: [
    [{ expiresAt: null }, 'Editors in Wiki works now for you.', mine],
    [{ expiresAt: '2026-04-01T09:30:00.000Z' }, 'Editors in Wiki works now for Ben Ode, until 2026-04-01 09:30 UTC.'],
  ],
  accessEnded: [
    [{ asked: true }, 'Editors in Wiki was taken away from Ben Ode, as request 7 asked.', takenFromBen],
    [{ asked: false }, 'Editors in Wiki has come to its end for you and was taken away.', mine],
  ],
  accessEndsSoon: [
    [
      { expiresAt: '2026-04-01T09:30:00.000Z' },
      'Editors in Wiki ends for you on 2026-04-01 09:30 UTC. Ask for an extension if it is still needed.',
      mine,
    ],
  ],
  deliveryFails: [
    [
      { givenUp: true, problem: 'The group is gone.', attempts: 1, effect: 'grant' },
      'Editors in Wiki could not be given to Ben Ode: The group is gone. It waits for somebody who looks after the application.',
    ],
    [
      { givenUp: false, problem: 'No answer', attempts: 5, effect: 'revoke' },
      'Editors in Wiki could not be taken away from Ben Ode in 5 attempts: No answer. It is tried again until it succeeds.',
    ],
  ],
  byHandOverdue: [
    [
      { effect: 'grant', dueAt: '2026-04-01T09:30:00.000Z' },
      'Editors in Wiki should be given to Ben Ode by hand, and was due on 2026-04-01 09:30 UTC. Do it and say so, or say that it is not possible.',
    ],
  ],
  discoveryAsks: [
    [
      { application: 'Wiki', accounts: { known: 100, gone: 40 }, grants: { known: 300, gone: 120 } },
      'The discovery of Wiki stopped before it ended anything: 40 of 100 accounts and 120 of 300 grants would be gone. Look whether that is right.',
    ],
  ],
  discoveryFails: [
    [
      { application: 'Wiki', problem: 'No answer' },
      'The discovery of Wiki failed: No answer. What it holds is not known until a discovery succeeds.',
    ],
  ],
  credentialRefused: [
    [
      { application: 'Wiki', machine: 'desk', problem: 'The token has expired.' },
      'Wiki does not accept the credential that desk holds: The token has expired. Deliveries and discoveries wait until another one is entered under Connection.',
    ],
  ],
  passwordWaits: [
    [
      { application: 'Wiki', machine: 'desk', person: 'Ben Ode', entry: 'initial-password:1' },
      'A first password for Ben Ode in Wiki waits to be handed over, in the keychain of desk. There, npm run handover -- initial-password:1 shows it once.',
    ],
  ],
  accessFailed: [
    [
      { waits: true, problem: 'The group is gone' },
      'Editors in Wiki could not be given to you yet: The group is gone. Somebody who looks after the application has been asked to see to it.',
      mine,
    ],
    [{ waits: false, problem: 'Ben Ode has left.' }, 'Editors in Wiki will not be given to Ben Ode: Ben Ode has left.'],
    [
      { waits: false, problem: '' },
      'Editors in Wiki will not be taken away from Ben Ode: No reason was given.',
      takenFromBen,
    ],
  ],
  requestDenied: [
    [{ reason: 'Not your team' }, 'Editors in Wiki for Ben Ode was denied (request 7): “Not your team”'],
    [{ reason: null, leftOut: true }, 'Editors in Wiki for you was left out by the reviewer (request 7).', mine],
  ],
  requestExpired: [
    [{}, 'Editors in Wiki for Ben Ode has expired (request 7): nobody decided in time. You can ask again.'],
  ],
  requestCancelled: [
    [
      { reason: 'Ben Ode has left' },
      'Taking Editors in Wiki away from Ben Ode was cancelled (request 7): “Ben Ode has left”',
      takenFromBen,
    ],
  ],
  taskReminder: [
    [
      { openedAt: '2026-03-02T08:00:00.000Z' },
      'Editors in Wiki for Ben Ode still waits for your decision (request 7), since 2026-03-02.',
    ],
  ],
  taskEscalated: [
    [
      { personId: 'ada', days: 3 },
      'Editors in Wiki for Ben Ode waits for your decision too (request 7): Ada Byron has not decided for 3 days.',
    ],
  ],
  taskReassigned: [
    [
      { personId: 'ada', reason: 'You know the team' },
      'Ada Byron asks you to decide in their place: Editors in Wiki for Ben Ode (request 7): “You know the team”',
    ],
  ],
  taskDelegated: [
    [
      { personId: 'ada', endsAt: '2026-03-20T08:00:00.000Z', tasks: 1 },
      'You decide for Ada Byron, who is out of office until 2026-03-20. 1 open task is with you now, and new ones come to you.',
      null,
    ],
    [
      { personId: 'ada', endsAt: null, tasks: 0 },
      'You decide for Ada Byron, who is out of office. No task is open now, and new ones come to you.',
      null,
    ],
  ],
  informationAsked: [
    [
      { personId: 'ada', text: 'For which project?' },
      'Ada Byron asks about Editors in Wiki for you (request 7): “For which project?”',
      mine,
    ],
  ],
  informationGiven: [
    [
      { personId: 'ada', text: 'For the audit.' },
      'Ada Byron answered about taking Editors in Wiki away from Ben Ode (request 7): “For the audit.”',
      takenFromBen,
    ],
  ],
};

const examples = noticeKinds.flatMap((kind) =>
  sentences[kind].map(([data, sentence, item]) => ({ kind, data, sentence, item })),
);

it.each(examples)('says $kind: $sentence', ({ kind, data, sentence, item }) => {
  expect(told(kind, data, item)).toBe(sentence);
});
