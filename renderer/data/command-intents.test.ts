import { expect, it } from 'vitest';
import { CommandIntents } from './command-intents.ts';

function counting(): CommandIntents {
  let count = 0;
  return new CommandIntents(() => {
    count += 1;
    return `id-${count}`;
  });
}

it('keeps the id while nobody knows what became of the command', () => {
  const intents = counting();
  expect(intents.idFor({ taskId: 'a' })).toBe('id-1');
  expect(intents.idFor({ taskId: 'a' })).toBe('id-1');
});

it('gives another intent another id', () => {
  const intents = counting();
  expect(intents.idFor({ taskId: 'a', verdict: 'approve' })).toBe('id-1');
  expect(intents.idFor({ taskId: 'a', verdict: 'deny' })).toBe('id-2');
});

it('takes the same again as a new intent once it was answered', () => {
  const intents = counting();
  intents.answered(intents.idFor({ taskId: 'a' }));
  expect(intents.idFor({ taskId: 'a' })).toBe('id-2');
});
