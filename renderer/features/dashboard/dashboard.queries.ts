/** What the dashboard asks. */
import { orpc } from '#renderer/data/client.ts';

/** How many lines a card shows before it points to the whole list. */
export const cardRows = 5;

export function summaryQuery() {
  return orpc.dashboard.summary.queryOptions();
}

export function myOpenTasksQuery() {
  return orpc.tasks.list.queryOptions({ input: { status: 'open', limit: cardRows } });
}

export function myRequestsQuery() {
  return orpc.requests.list.queryOptions({ input: { scope: 'mine', status: 'all', limit: cardRows } });
}

export function attentionQuery() {
  return orpc.fulfillment.attention.queryOptions({ input: { limit: cardRows } });
}
