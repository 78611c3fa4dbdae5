/**
 * `npm run docs:security`: writes docs/security.md from the specs in e2e/security, so that a promise on that page is
 * a test that runs.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = 'e2e/security';
const page = join(root, 'docs/security.md');

const places: Readonly<Record<string, string>> = {
  browser: 'in the browser mode',
  'stand-in': 'in the desktop shell',
  packed: 'as it is packed',
};

interface SecurityPromise {
  readonly title: string;
  /** The rule of the house that the test stands for; null: its title says it all. */
  readonly rule: string | null;
}

export function securityPage(): string {
  const files = readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.spec.ts'))
    .toSorted();
  return [
    '# Security, as it is tested',
    '',
    'Each line is a test; the page is made from them by `npm run docs:security` and is not edited. The desktop shell is',
    'run by these tests without Electron’s own binary: see [what that does not cover](../e2e/electron-stand-in/README.md).',
    '',
    ...files.flatMap(sectionOf),
  ].join('\n');
}

function sectionOf(file: string): readonly string[] {
  const source = readFileSync(join(root, folder, file), 'utf8');
  const what = /^\/\*\*\s*(?:\*\s)?([\s\S]*?)\s*\*\//.exec(source)?.[1]?.replaceAll(/\s*\n\s*\*\s*/g, ' ') ?? '';
  const kind = /\.(browser|stand-in|packed)\.spec\.ts$/.exec(file)?.[1];
  const heading = `${file.split('.', 1)[0] ?? file}, ${kind === undefined ? 'in every shell' : (places[kind] ?? kind)}`;
  const lines = promisesOf(source).map(
    ({ title, rule }) => `- ${rule === null ? '' : `**${rule}.** `}${sentence(title)}`,
  );
  return [
    `## ${sentence(heading).replace(/\.$/, '')}`,
    '',
    `${what} ([specs](../${folder}/${file}))`,
    '',
    ...lines,
    '',
  ];
}

/** Titles of tests and what `guards('…')` says beside them. @throws Error when a file has none: it would promise nothing. */
export function promisesOf(source: string): readonly SecurityPromise[] {
  const text = String.raw`(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`;
  const form = new RegExp(String.raw`^ *test\(\s*${text}(?:,\s*guards\(${text}\))?`, 'gm');
  const found = [...source.matchAll(form)].map(([, single, double, ruleSingle, ruleDouble]) => ({
    title: plain(single ?? double ?? ''),
    rule: ruleSingle === undefined && ruleDouble === undefined ? null : plain(ruleSingle ?? ruleDouble ?? ''),
  }));
  if (found.length === 0) throw new Error('A file of security specs has no tests that can be read.');
  return found;
}

function plain(text: string): string {
  return text.replaceAll(/\\(.)/g, '$1');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

if (import.meta.main) writeFileSync(page, securityPage());
