/** Secrets by what they look like, in the contents of files: what a name does not give away. */

const forms: readonly (readonly [what: string, form: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/=\s]{64,}/],
  ['a token of GitHub', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b/],
  ['a token of npm', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a key of AWS', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a token of Slack', /\bxox[abprs]-[A-Za-z0-9-]{20,}/],
  ['a key of Google', /\bAIza[A-Za-z0-9_-]{35}\b/],
  ['a signed token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/],
  [
    'a password in an address',
    /\b(?:postgres(?:ql)?|ldaps?|https?):\/\/[\w.-]+:(?!\$\{|<|password|pass|pw\b)[^\s/:@'"`<>$]{6,}@[\w.-]+\.[a-z]{2,}/,
  ],
];

/** What was found, in words that do not repeat it. */
export function secretsIn(text: string): readonly string[] {
  return forms.filter(([, form]) => form.test(text)).map(([what]) => what);
}
