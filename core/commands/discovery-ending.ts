/**
 * What follows when a discovery has read everything, in steps that are committed one by one: what would be gone is
 * counted, and asked about when it is much; what is gone is ended; and the rest is compared with what was decided.
 */
import { setImmediate as afterOthers } from 'node:timers/promises';
import { endingStages, type DropQuestion, type Ending, type SyncRun } from '#core/domain/directory.ts';
import type { CommandContext } from './command-definition.ts';
import {
  closeUnseen,
  findAccounts,
  findAddedOutside,
  findContradictions,
  findLost,
  findStillLost,
  type AccountAbilities,
} from './discovery-findings.ts';
import {
  countAccounts,
  countGrants,
  endUnseenAccounts,
  endUnseenEntitlements,
  endUnseenGrants,
  isSuspicious,
  type Piece,
} from './discovery-unseen.ts';
import { noteLost, observeByDiscovery, splitByWord } from './observed-access.ts';

/** Pieces of work in one transaction: others wait with their commands no longer than these take. */
const piecesAtOnce = 8;
/** What was written in one transaction is enough then. */
const rowsAtOnce = 1_000;

const nothing: DropQuestion = { accounts: { known: 0, gone: 0 }, grants: { known: 0, gone: 0 } };

/** Everything was read: the first step is to count. */
export const freshEnding: Ending = { stage: 'countAccounts', after: '', question: nothing, counts: {}, missed: [] };
/** A person has confirmed what was counted. */
export const confirmedEnding: Ending = { ...freshEnding, stage: 'endGrants' };

/** `ask`: so much would be gone that a person is asked first. `over`: nothing is left to do. */
export type EndingStep = { readonly kind: 'goesOn' | 'ask' | 'over'; readonly ending: Ending };

export interface EndingOptions {
  readonly abilities: AccountAbilities;
  readonly dropPercent: number;
}

export async function takeEndingStep(
  context: CommandContext,
  run: SyncRun,
  from: Ending,
  { abilities, dropPercent }: EndingOptions,
): Promise<EndingStep> {
  let ending = from;
  let written = 0;
  for (let piece = 0; piece < piecesAtOnce && written < rowsAtOnce; piece += 1) {
    const { next, counts, ...more } = await work(context, run, ending, abilities);
    written += Object.values(counts).reduce((sum, count) => sum + count, 0);
    ending = { ...ending, ...more, counts: added(ending.counts, counts) };
    if (next !== null) {
      ending = { ...ending, after: next };
    } else {
      if (ending.stage === 'countGrants' && isSuspicious(ending.question, run.accountsSeen, dropPercent))
        return { kind: 'ask', ending };
      const stage = endingStages[endingStages.indexOf(ending.stage) + 1];
      if (stage === undefined) return { kind: 'over', ending };
      ending = { ...ending, stage, after: '' };
    }
    // Everybody else's turn: one after another, the pieces of a large application would hold up every screen.
    await afterOthers();
  }
  return { kind: 'goesOn', ending };
}

type Work = Piece<Pick<Ending, 'counts'> & Partial<Pick<Ending, 'question' | 'missed'>>>;

async function work(
  context: CommandContext,
  run: SyncRun,
  { stage, after, question, missed }: Ending,
  abilities: AccountAbilities,
): Promise<Work> {
  const { writer } = context;
  const { now } = context.circumstances;
  switch (stage) {
    case 'countAccounts': {
      const { count, next } = await countAccounts(writer, run, after);
      return { counts: {}, question: { ...question, accounts: sum(question.accounts, count) }, next };
    }
    case 'countGrants': {
      const { count, next } = await countGrants(writer, run, after);
      return { counts: {}, question: { ...question, grants: sum(question.grants, count) }, next };
    }
    case 'endGrants': {
      const { ended, lost, next } = await endUnseenGrants(writer, run, after, now);
      const { byWord, others } = await splitByWord(writer, run, lost);
      await noteLost(context, run, others);
      const findingsRaised = await findLost(writer, run, others, now);
      return {
        counts: { grantsEnded: ended, grantsRemovedOutside: lost.length, findingsRaised },
        missed: [...missed, ...byWord],
        next,
      };
    }
    case 'endAccounts': {
      const { ended, next } = await endUnseenAccounts(writer, run, after);
      const entitlementsGone = next === null ? await endUnseenEntitlements(writer, run) : 0;
      return { counts: { accountsGone: ended, entitlementsGone }, next };
    }
    case 'observe': {
      const contradictions = await observeByDiscovery(context, run, new Set(missed));
      return { counts: { findingsRaised: await findContradictions(writer, run, contradictions, now) }, next: null };
    }
    case 'addedOutside':
      return found(await findAddedOutside(writer, run, after, now));
    case 'removedOutside':
      return found(await findStillLost(writer, run, after, now));
    case 'accounts':
      return found(await findAccounts(writer, run, after, abilities, now));
    case 'close': {
      const { closed, next } = await closeUnseen(writer, run, after, now);
      return { counts: { findingsClosed: closed }, next };
    }
  }
}

function found({ raised, next }: Piece<{ readonly raised: number }>): Work {
  return { counts: { findingsRaised: raised }, next };
}

function sum(one: DropQuestion['accounts'], other: DropQuestion['accounts']): DropQuestion['accounts'] {
  return { known: one.known + other.known, gone: one.gone + other.gone };
}

function added(counts: Ending['counts'], more: Ending['counts']): Ending['counts'] {
  const total: Record<string, number> = { ...counts };
  for (const [name, count] of Object.entries(more)) if (count > 0) total[name] = (total[name] ?? 0) + count;
  return total;
}
