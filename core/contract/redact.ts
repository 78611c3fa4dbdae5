/** What belongs in no log: values whose name says that they are secret, however deep and however written, and secrets that look like one. */

const secretName =
  /token|passw|passphrase|secret|authori[sz]ation|cookie|credential|bearer|(api|private|access|signing|encryption)[-_ ]?key$/i;
/** In a text: a name that says so with its value, a scheme with its credential, a password in an address, a key. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g, '[cut out]'],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, '$1 [cut out]'],
  [/(:\/\/[^\s/:@]*):[^\s/@]+@/g, '$1:[cut out]@'],
  [
    /(["']?[\w-]*(?:token|password|secret|api[-_]?key|private[-_]?key|access[-_]?key)["']?\s*[:=]\s*)("[^"]*"|'[^']*'|[^\s,;&]+)/gi,
    '$1[cut out]',
  ],
];
/** Deeper than anything that is logged on purpose; also the end of what refers to itself. */
const deepest = 8;

export function withoutSecretTexts(text: string): string {
  return secretTexts.reduce((left, [pattern, put]) => left.replaceAll(pattern, put), text);
}

/** A copy for a log. Errors become their name, message and stack, with whatever they carry. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return withoutSecretTexts(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth === deepest) return '[too deep]';
  if (Array.isArray(value)) return value.map((part) => withoutSecrets(part, depth + 1));
  const known = value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : {};
  const cause = value instanceof Error && value.cause !== undefined ? { cause: value.cause } : {};
  return Object.fromEntries(
    Object.entries({ ...known, ...cause, ...value }).map(([name, part]) => [
      name,
      secretName.test(name) ? '[cut out]' : withoutSecrets(part, depth + 1),
    ]),
  );
}

/** How a log of pino's is opened, so that it holds none of them. */
export const logWithoutSecrets = {
  // Errors are among what is cut: pino's own serializer of `err` would put back what they carry.
  serializers: { err: (error: unknown) => error },
  formatters: { log: (line: object) => withoutSecrets(line) as Record<string, unknown> },
  hooks: {
    logMethod<Parts extends unknown[]>(this: unknown, parts: Parts, write: (...given: Parts) => void): void {
      const cut = parts.map((part) => (typeof part === 'string' ? withoutSecretTexts(part) : part));
      write.apply(this, cut as Parts);
    },
  },
};
