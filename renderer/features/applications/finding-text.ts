/** Words for what a discovery found and what can be done about it. */
import type { FindingRow } from '#core/contract/index.ts';

export const actionWords: Readonly<Record<FindingRow['actions'][number], string>> = {
  askForRemoval: 'Ask for its removal',
  askForGrant: 'Ask for it again',
  accept: 'Accept as it is',
  updateAccount: 'Update the account',
  disableAccount: 'Disable the account',
  deleteAccount: 'Delete the account',
  linkAccount: 'Name its owner',
  dismiss: 'Dismiss',
};

const attributeWords: Readonly<Record<string, string>> = {
  email: 'E-mail',
  displayName: 'Name',
  firstName: 'First name',
  lastName: 'Last name',
  department: 'Department',
  jobTitle: 'Title',
  employeeId: 'Employee ID',
};

export function findingText(row: Pick<FindingRow, 'kind' | 'account' | 'entitlement' | 'employee' | 'detail'>): {
  readonly title: string;
  readonly detail: string;
} {
  const who = row.employee?.fullName ?? row.account;
  const what = row.entitlement ?? 'Access';
  switch (row.kind) {
    case 'addedOutside':
      return {
        title: `${what} was given to ${who} past Gatehouse`,
        detail: `No request explains it. Account ${row.account}`,
      };
    case 'removedOutside':
      return {
        title: `${what} was taken from ${who} past Gatehouse`,
        detail: `A request gave it, and nobody asked for its end here. Account ${row.account}`,
      };
    case 'notConfirmed':
      return row.detail['effect'] === 'grant'
        ? {
            title: `${what} is not there for ${who}`,
            detail: `Somebody, or a ticket, said that it was given. Account ${row.account}`,
          }
        : {
            title: `${what} is still there for ${who}`,
            detail: `Somebody, or a ticket, said that it was taken away. Account ${row.account}`,
          };
    case 'driftedAttribute':
      return {
        title: `${attributeWords[row.detail['attribute'] ?? ''] ?? 'An attribute'} of ${row.account} differs from the directory`,
        detail: `There: ${row.detail['actual'] ?? 'nothing'}. Directory: ${row.detail['expected'] ?? 'nothing'}`,
      };
    case 'orphanAccount':
      return {
        title: `${row.account} belongs to nobody who works here`,
        detail: row.employee === null ? 'No employee has this account’s e-mail.' : `${row.employee.fullName} has left.`,
      };
    case 'ownerMissing':
      return {
        title: `Nobody answers for the service account ${row.account}`,
        detail: row.employee === null ? 'It is linked to nobody.' : `${row.employee.fullName} has left.`,
      };
  }
}

interface StateWords {
  readonly label: string;
  readonly tone: 'waiting' | 'active' | 'good' | 'bad' | 'neutral';
  readonly meaning: string;
}

export function findingStateWords({ state, effectState }: Pick<FindingRow, 'state' | 'effectState'>): StateWords {
  if (state === 'open')
    return effectState === 'failed'
      ? { label: 'Not done', tone: 'bad', meaning: 'What was asked for could not be done. It waits for a person.' }
      : { label: 'Open', tone: 'waiting', meaning: 'Somebody has to decide what to do about it.' };
  if (state === 'accepted')
    return { label: 'Accepted', tone: 'neutral', meaning: 'Somebody decided that it is right as it is.' };
  if (state === 'dismissed')
    return { label: 'Dismissed', tone: 'neutral', meaning: 'Somebody decided that it is no matter.' };
  return effectState === 'done'
    ? { label: 'Done', tone: 'good', meaning: 'It was done. The next discovery confirms it.' }
    : { label: 'In hand', tone: 'active', meaning: 'Somebody asked for it to be put right.' };
}
