/** The engine's functions in one record, so that a test can put a broken one in the place of a real one. */
import { decideTasks } from '#core/commands/bulk-decide.ts';
import { cancel, decide } from '#core/engine/decide.ts';
import { escalate, remind } from '#core/engine/escalate.ts';
import { expireUndecided } from '#core/engine/expire-undecided.ts';
import { completeByHand, handToPerson, lookAgain, sendAgain } from '#core/engine/fulfill-by-person.ts';
import { reassign, settleHolder } from '#core/engine/hand-over.ts';
import { dueTurn, planAbsence } from '#core/engine/out-of-office.ts';
import { progressOfAll, progressOfMine } from '#core/engine/progress.ts';
import { reconcile } from '#core/engine/reconcile.ts';
import { recordAttempt, recordTicketNews } from '#core/engine/record-attempt.ts';
import { askForInformation, giveInformation } from '#core/engine/review-messages.ts';
import { startFulfillment } from '#core/engine/start-fulfillment.ts';
import { submit } from '#core/engine/submit.ts';
import { endEarly, notRenew, prolonged } from '#core/engine/temporary-access.ts';

export const realEngine = {
  submit,
  decide,
  decideTasks,
  cancel,
  expireUndecided,
  reassign,
  settleHolder,
  reconcile,
  remind,
  escalate,
  askForInformation,
  giveInformation,
  planAbsence,
  dueTurn,
  startFulfillment,
  prolonged,
  recordAttempt,
  recordTicketNews,
  sendAgain,
  handToPerson,
  completeByHand,
  lookAgain,
  endEarly,
  notRenew,
  progressOfAll,
  progressOfMine,
};
export type Engine = typeof realEngine;
