import { describe, expect, it } from 'vitest';
import { submittedText } from './submitted-text.ts';

describe('what became of a submission', () => {
  it('is a new request', () => {
    expect(submittedText({ number: 12, isNew: true, joined: [] })).toBe('Request 12 is submitted.');
  });

  it('is a new request without the lines that were asked for already', () => {
    expect(submittedText({ number: 12, isNew: true, joined: [{ number: 9 }] })).toBe(
      'Request 12 is submitted. 1 line was asked for already: you follow request 9.',
    );
    expect(submittedText({ number: 12, isNew: true, joined: [{ number: 10 }, { number: 9 }, { number: 9 }] })).toBe(
      'Request 12 is submitted. 3 lines were asked for already: you follow requests 9 and 10.',
    );
  });

  it('is no new request when everything was asked for already', () => {
    expect(submittedText({ number: 9, isNew: false, joined: [{ number: 9 }] })).toBe(
      'All of this was asked for already: you follow request 9.',
    );
  });
});
