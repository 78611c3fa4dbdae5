import { describe, expect, it } from 'vitest';
import { instant } from '#core/contract/index.ts';
import { joinDuration, localPickerText, splitDuration, suggestedEnd, termProblem, untilLocal } from './term-choice.ts';

describe('durations in parts', () => {
  it('uses the largest unit that divides', () => {
    expect(splitDuration(2880)).toEqual({ amount: 2, unit: 'days' });
    expect(splitDuration(120)).toEqual({ amount: 2, unit: 'hours' });
    expect(splitDuration(90)).toEqual({ amount: 90, unit: 'minutes' });
  });

  it('stays within what can be asked for', () => {
    expect(joinDuration(0, 'hours')).toBe(1);
    expect(joinDuration(1_000_000, 'days')).toBe(5_256_000);
    expect(joinDuration(1.5, 'hours')).toBe(90);
  });
});

describe('end times', () => {
  it('go from the picker to an instant and back', () => {
    const term = untilLocal('2026-12-24 18:30:00');
    expect(term?.kind).toBe('until');
    expect(term?.kind === 'until' && localPickerText(term.endsAt)).toBe('2026-12-24 18:30:00');
  });

  it('are nothing when the picker is empty or not a time', () => {
    expect(untilLocal(null)).toBeNull();
    expect(untilLocal('soon')).toBeNull();
  });

  it('must lie ahead', () => {
    const now = new Date('2026-11-23T12:00:00.000Z');
    expect(termProblem({ kind: 'until', endsAt: instant('2026-11-23T11:59:00.000Z') }, now)).toContain('passed');
    expect(termProblem(suggestedEnd(now), now)).toBeNull();
    expect(termProblem({ kind: 'permanent' }, now)).toBeNull();
  });
});
