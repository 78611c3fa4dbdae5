/** The states of a connection and of an account, in words. */
import type { ApplicationRow } from '#core/contract/index.ts';
import type { StateWords } from '#renderer/ui/states.ts';

export const connectionWords: Readonly<Record<ApplicationRow['connection']['state'], StateWords>> = {
  none: { label: 'Not connected', tone: 'neutral', meaning: 'No connection is set up.' },
  untested: { label: 'Not tested', tone: 'waiting', meaning: 'The connection is saved but was not tested yet.' },
  working: { label: 'Working', tone: 'good', meaning: 'The last test or use of the connection succeeded.' },
  failing: { label: 'Failing', tone: 'bad', meaning: 'The last test or use of the connection failed.' },
  noCredential: {
    label: 'No credential here',
    tone: 'waiting',
    meaning: 'The keychain of this machine does not hold the secret, so this console cannot reach the application.',
  },
};

export const accountStatusWords: Readonly<Record<'active' | 'disabled' | 'gone', StateWords>> = {
  active: { label: 'Active', tone: 'good', meaning: 'The account can be used.' },
  disabled: { label: 'Disabled', tone: 'waiting', meaning: 'The account exists but cannot be used.' },
  gone: { label: 'Gone', tone: 'neutral', meaning: 'The last discovery did not find the account any more.' },
};

export const fulfillmentWords = { connector: 'By connector', manual: 'By hand' } as const;
export const approvalWords = { review: 'Reviewed', auto: 'Approved at once' } as const;
