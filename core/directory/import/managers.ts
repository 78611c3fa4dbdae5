/**
 * Who reports to whom, over the file and the database together: unknown managers are found, and circles
 * are opened at the row that would close them.
 */
import type { CommandContext } from '#core/commands/command-definition.ts';
import { newId, type EmployeeId } from '#core/domain/ids.ts';

/** A person of the file, the database, or both. */
interface Person {
  readonly email: string;
  /** In the file; 0 for those who are in the database alone. */
  line: number;
  id: EmployeeId | null;
  /** The manager's address as the file says it; null: none; undefined: the file says nothing. */
  statedManager: string | null | undefined;
  manager: Person | null;
  remark: { readonly reason: string; readonly value: string } | null;
  /** The walk that passed here; 0 before any. */
  walk: number;
}

export interface PlacedPerson {
  readonly id: EmployeeId;
  readonly managerId: EmployeeId | null;
  readonly managerRemark: { readonly reason: string; readonly value: string } | null;
}

const namedInCircle = 10;
const pageLength = 5000;

export class Organisation {
  readonly #people = new Map<string, Person>();
  readonly #managers = new Map<string, string>();

  /** Takes a person of the file. Answers with the line of the row that had the same address before, or null. */
  add(email: string, line: number, statedManager: string | null | undefined): number | null {
    const earlier = this.#people.get(email);
    if (earlier !== undefined) return earlier.line;
    this.#people.set(email, person(email, line, null, this.#shared(statedManager)));
    return null;
  }

  /** The same text for the same manager: a file names each of them many times. */
  #shared(email: string | null | undefined): string | null | undefined {
    if (typeof email !== 'string') return email;
    const known = this.#managers.get(email);
    if (known === undefined) this.#managers.set(email, email);
    return known ?? email;
  }

  /** The line of the row that counts for this address; null when no row does. */
  lineOf(email: string): number | null {
    return this.#people.get(email)?.line ?? null;
  }

  /** Meets the people of the database, gives new ones their ids, and settles everybody's manager. */
  async resolve({ writer }: Pick<CommandContext, 'writer'>): Promise<void> {
    const byId = new Map<string, Person>();
    const managers: [Person, string][] = [];
    for (let after = ''; ;) {
      const query = writer
        .selectFrom('employee')
        .select(['id', 'work_email', 'manager_id'])
        .orderBy('id')
        .limit(pageLength);
      const rows = await (after === '' ? query : query.where('id', '>', after as EmployeeId)).execute();
      for (const row of rows) {
        const known = this.#people.get(row.work_email) ?? person(row.work_email, 0, null, undefined);
        known.id = row.id;
        this.#people.set(known.email, known);
        byId.set(row.id, known);
        if (row.manager_id !== null && known.statedManager === undefined) managers.push([known, row.manager_id]);
      }
      if (rows.length < pageLength) break;
      after = rows.at(-1)?.id ?? '';
    }
    for (const [known, managerId] of managers) known.manager = byId.get(managerId) ?? null;
    for (const someone of this.#people.values()) {
      someone.id ??= newId<EmployeeId>();
      if (typeof someone.statedManager !== 'string') continue;
      someone.manager = this.#people.get(someone.statedManager) ?? null;
      if (someone.manager === null) {
        someone.remark = {
          reason: 'Nobody has this address; the manager is left empty.',
          value: someone.statedManager,
        };
      }
    }
    this.#openCircles();
  }

  /** Where a person of the file stands, after `resolve`. */
  placeOf(email: string): PlacedPerson {
    const found = this.#people.get(email);
    if (found === undefined || found.id === null) throw new Error('This person was not surveyed');
    return { id: found.id, managerId: found.manager?.id ?? null, managerRemark: found.remark };
  }

  /** Everybody has one manager at most, so each person is walked over once, however long the chains are. */
  #openCircles(): void {
    let walk = 0;
    for (const start of this.#people.values()) {
      if (start.walk !== 0) continue;
      walk += 1;
      const path: Person[] = [];
      let at: Person | null = start;
      while (at !== null && at.walk === 0) {
        at.walk = walk;
        path.push(at);
        at = at.manager;
      }
      if (at !== null && at.walk === walk) openCircle(path.slice(path.indexOf(at)));
    }
  }
}

function openCircle(circle: readonly Person[]): void {
  const closing = circle.reduce<Person | null>(
    (last, next) => (typeof next.statedManager === 'string' && next.line > (last?.line ?? 0) ? next : last),
    null,
  );
  // A circle of the database alone is not this file's doing.
  if (closing === null || closing.manager === null) return;
  const start = circle.indexOf(closing);
  const names = [...circle.slice(start), ...circle.slice(0, start)].map(({ email }) => email);
  const shown = names.length > namedInCircle ? [...names.slice(0, namedInCircle), `… (${names.length} people)`] : names;
  const reason =
    circle.length === 1
      ? 'This person would be their own manager; the manager is left empty.'
      : `This would make a circle of managers: ${[...shown, closing.email].join(' → ')}. The manager is left empty.`;
  closing.remark = { reason, value: closing.manager.email };
  closing.manager = null;
}

function person(email: string, line: number, id: EmployeeId | null, statedManager: Person['statedManager']): Person {
  return { email, line, id, statedManager, manager: null, remark: null, walk: 0 };
}
