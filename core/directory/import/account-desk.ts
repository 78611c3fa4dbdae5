/** Finds or makes the account that a row of an access file means. */
import type { CommandContext } from '#core/commands/command-definition.ts';
import { newId, type AccountId, type EmployeeId } from '#core/domain/ids.ts';
import type { Rows } from '#core/persistence/tables.ts';
import type { NamedApplication } from './application-list.ts';
import type { Placed } from './entitlement-desk.ts';
import type { Fields } from './fields.ts';
import { FirstWord } from './first-word.ts';
import { StoredRows } from './stored-rows.ts';
import { choiceField, emailField } from './values.ts';

const kindWords = {
  employee: 'employee',
  user: 'employee',
  human: 'employee',
  service: 'service',
  serviceaccount: 'service',
} as const;
const statusWords = {
  active: 'active',
  disabled: 'disabled',
  inactive: 'disabled',
  suspended: 'disabled',
  gone: 'gone',
  deleted: 'gone',
} as const;

export interface MeantAccount {
  /** Null: the row has only an address or an id. */
  readonly username: string | null;
  readonly email: string | null;
  readonly externalId: string | null;
  readonly displayName: string | null;
  readonly kind: 'employee' | 'service' | null;
  readonly status: 'active' | 'disabled' | 'gone' | null;
}

export interface AccountRequest {
  readonly fields: Fields;
  readonly application: NamedApplication;
  readonly meant: MeantAccount;
  readonly employeeId: EmployeeId | null;
}

/** What a row says about an account; null when it names none or was rejected. */
export function accountOf(fields: Fields): MeantAccount | null {
  const meant = {
    username: fields.text('username'),
    email: emailField(fields, 'email'),
    externalId: fields.text('userId'),
    displayName: fields.text('accountName'),
    kind: choiceField(fields, 'accountKind', kindWords),
    status: choiceField(fields, 'accountStatus', statusWords),
  };
  if (meant.username === null && meant.email === null && meant.externalId === null) {
    fields.reject(
      fields.has('username') ? 'username' : 'email',
      'The row names no account: it has neither user name, e-mail nor user ID.',
    );
    return null;
  }
  return meant;
}

/** What the file has said so far about accounts, over all batches. */
export function accountWords(): FirstWord<Rows['account']> {
  return new FirstWord<Rows['account']>([
    'username',
    'externalId',
    'email',
    'displayName',
    'employeeId',
    'kind',
    'status',
  ]);
}

/** Works on one batch. */
export class AccountDesk {
  readonly #words: FirstWord<Rows['account']>;
  readonly #accounts: StoredRows<'account'>;
  readonly #byUsername = new Map<string, AccountId>();
  readonly #byExternalId = new Map<string, AccountId>();
  readonly #byEmployee = new Map<string, AccountId | 'several'>();

  private constructor(context: CommandContext, words: FirstWord<Rows['account']>) {
    this.#words = words;
    this.#accounts = new StoredRows(context, 'account');
  }

  static async open(
    context: CommandContext,
    words: FirstWord<Rows['account']>,
    requests: readonly AccountRequest[],
  ): Promise<AccountDesk> {
    const desk = new AccountDesk(context, words);
    const within = { column: 'application_id', values: new Set(requests.map(({ application }) => application.id)) };
    const usernames = requests.map(({ meant }) => usernameOf(meant).toLowerCase());
    const externalIds = requests.flatMap(({ meant }) => meant.externalId ?? []);
    const employees = requests.flatMap(({ meant, employeeId }) => (isOnlyAddress(meant) ? (employeeId ?? []) : []));
    const rows = [
      ...(await desk.#accounts.load('username_key', usernames, within)),
      ...(await desk.#accounts.load('external_id', externalIds, within)),
    ];
    for (const row of rows) desk.#index(row);
    const byEmployee = new Set(await desk.#accounts.load('employee_id', employees, within));
    for (const row of byEmployee) {
      const key = `${row.applicationId} ${row.employeeId}`;
      desk.#byEmployee.set(key, desk.#byEmployee.has(key) ? 'several' : row.id);
    }
    return desk;
  }

  place({ fields, application, meant, employeeId }: AccountRequest): Placed<Rows['account']> {
    const byName = this.#get(this.#byUsername, application, usernameOf(meant).toLowerCase());
    const byId = meant.externalId === null ? undefined : this.#get(this.#byExternalId, application, meant.externalId);
    const known = byId ?? byName ?? (isOnlyAddress(meant) ? this.#ofEmployee(application, employeeId) : undefined);
    const before = known ?? newAccount(application, meant, employeeId);
    if (meant.externalId !== null && before.externalId !== null && before.externalId !== meant.externalId) {
      const reason = `The account "${before.username}" has the id "${before.externalId}": an id never changes, so this is another account with the same user name.`;
      fields.reject('userId', reason, meant.externalId);
    }
    const { username, ...others } = meant;
    const renamed = byId !== undefined && username !== null && username.toLowerCase() !== before.usernameKey;
    if (renamed && byName !== undefined) {
      fields.reject('username', `The account "${byName.username}" with another id has this user name.`, username);
    }
    const stated = { ...others, employeeId, ...(renamed ? { username } : {}) } as Partial<Rows['account']>;
    const { row, contradicted, line } = this.#words.merge(before.id, before, stated);
    for (const property of contradicted) {
      if (property === 'email')
        fields.reject('email', `Line ${line} has the same account with another e-mail address.`, meant.email);
      else if (property !== 'employeeId')
        fields.warn(
          fieldOf[property] ?? null,
          `Line ${line} says something else about this account; the first counts.`,
          meant[property as keyof MeantAccount],
        );
    }
    const finished = { ...row, usernameKey: row.username.toLowerCase() };
    return {
      row: finished,
      keep: () => {
        this.#words.keep(finished.id, fields.line, stated);
        this.#index(finished);
        return this.#accounts.put(finished);
      },
    };
  }

  save(): Promise<void> {
    return this.#accounts.save();
  }

  #index(row: Rows['account']): void {
    this.#byUsername.set(`${row.applicationId} ${row.usernameKey}`, row.id);
    if (row.externalId !== null) this.#byExternalId.set(`${row.applicationId} ${row.externalId}`, row.id);
  }

  #get(index: ReadonlyMap<string, AccountId>, application: NamedApplication, key: string): Rows['account'] | undefined {
    const id = index.get(`${application.id} ${key}`);
    return id === undefined ? undefined : this.#accounts.get(id);
  }

  #ofEmployee(application: NamedApplication, employeeId: EmployeeId | null): Rows['account'] | undefined {
    const id = employeeId === null ? undefined : this.#byEmployee.get(`${application.id} ${employeeId}`);
    return id === undefined || id === 'several' ? undefined : this.#accounts.get(id);
  }
}

const fieldOf: Readonly<Record<string, string>> = {
  username: 'username',
  externalId: 'userId',
  displayName: 'accountName',
  kind: 'accountKind',
  status: 'accountStatus',
};

function isOnlyAddress(meant: MeantAccount): boolean {
  return meant.username === null && meant.externalId === null;
}

/** Without a user name, the address is it: most applications do the same. */
function usernameOf(meant: MeantAccount): string {
  return meant.username ?? meant.email ?? meant.externalId ?? '';
}

function newAccount(
  application: NamedApplication,
  meant: MeantAccount,
  employeeId: EmployeeId | null,
): Rows['account'] {
  const username = usernameOf(meant);
  return {
    id: newId<AccountId>(),
    applicationId: application.id,
    employeeId,
    kind: meant.kind ?? 'employee',
    username,
    usernameKey: username.toLowerCase(),
    externalId: meant.externalId,
    email: meant.email,
    displayName: meant.displayName,
    status: meant.status ?? 'active',
    lastSeenRunId: null,
  };
}
