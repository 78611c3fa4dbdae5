/**
 * Names and texts inside statements. Roles are changed by utility statements, which take no parameters
 * (PostgreSQL manual, "PREPARE"), so what goes into them is quoted here and nowhere else.
 */
import pg from 'pg';

/** NAMEDATALEN - 1: the server cuts longer names off without an error, and would then mean another role. */
const longestName = 63;

/** Why a text cannot be the name of a role; null when it can. */
export function problemOfName(name: string): string | null {
  if (name === '') return 'The name is empty.';
  if (name.includes('\0')) return 'The name holds a zero character, which PostgreSQL cannot store.';
  if (!name.isWellFormed()) return 'The name holds half a character, which PostgreSQL cannot store.';
  const bytes = Buffer.byteLength(name, 'utf8');
  if (bytes > longestName) {
    return `The name has ${bytes} bytes. PostgreSQL keeps ${longestName} and would cut the rest off.`;
  }
  return null;
}

/**
 * A name as it stands in a statement, in double quotes.
 * @throws RangeError for a name the server could not keep whole: a caller asks `problemOfName` first.
 */
export function quotedName(name: string): string {
  const problem = problemOfName(name);
  if (problem !== null) throw new RangeError(problem);
  return pg.escapeIdentifier(name);
}

/** A text as it stands in a statement; with a backslash in it as an E'' string, whatever the server's settings. */
export function quotedText(text: string): string {
  if (text.includes('\0')) throw new RangeError('A text for PostgreSQL cannot hold a zero character.');
  return pg.escapeLiteral(text.toWellFormed()).trim();
}

/** Without regard to case, and to how an accented letter is composed. */
export function folded(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

/** Whether a name fits a pattern in which `*` stands for any text and everything else for itself. */
export function fits(name: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const [first = '', ...rest] = parts;
  const last = rest.pop();
  if (last === undefined) return name === first;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let from = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const at = name.indexOf(part, from);
    if (at < 0 || at + part.length > end) return false;
    from = at + part.length;
  }
  return true;
}
