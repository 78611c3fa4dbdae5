/** Collects which privileges a connection has over all rows of a file, for the connection's description. */
import type { MeantEntitlement } from './entitlement-identity.ts';

const longestText = 900;

export class PrivilegeNotes {
  readonly #notes = new Map<string, Set<string>>();

  note(applicationName: string | null, entitlement: MeantEntitlement): void {
    if (entitlement.privilege === null) return;
    const key = keyOf(applicationName, entitlement);
    const known = this.#notes.get(key);
    if (known === undefined) this.#notes.set(key, new Set([entitlement.privilege]));
    else known.add(entitlement.privilege);
  }

  /** `Privileges: pull, push`, the same whatever the order of the rows; null when none is known. */
  textFor(applicationName: string | null, entitlement: MeantEntitlement): string | null {
    const known = this.#notes.get(keyOf(applicationName, entitlement));
    if (known === undefined) return null;
    const text = `Privileges: ${[...known].sort().join(', ')}`;
    return text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
  }
}

function keyOf(applicationName: string | null, entitlement: MeantEntitlement): string {
  return `${applicationName?.toLowerCase() ?? ''} ${entitlement.externalId}`;
}
