/**
 * `npm run docs:connectors`: writes the list of connectors into README.md and docs/connectors/README.md, from what the
 * connectors declare of themselves.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectors } from '#core/connectors/registry.ts';
import type { ConnectorCapability, ConnectorDescription } from '#core/domain/connector.ts';

const root = join(import.meta.dirname, '..');
const begin = '<!-- connectors: made by npm run docs:connectors -->';
const end = '<!-- /connectors -->';

/** Pages that hold the list, with the way from there to the connectors' own pages. */
export const pages = [
  { file: 'README.md', way: 'docs/connectors/' },
  { file: 'docs/connectors/README.md', way: '' },
] as const;

const abilityWords: Readonly<Record<ConnectorCapability, string>> = {
  test: 'test the connection',
  discover: 'discover',
  createAccount: 'create accounts',
  updateAccount: 'update them',
  disableAccount: 'disable them',
  enableAccount: 'enable them again',
  deleteAccount: 'delete them',
  grant: 'grant',
  revoke: 'revoke',
  read: 'read back',
  openTicket: 'open tickets',
  readTicket: 'follow them',
  takeReport: 'take signed reports',
};

/** The name of a connector's page: `csvExchange` has `csv-exchange.md`. */
export function pageOf({ name }: Pick<ConnectorDescription, 'name'>): string {
  return `${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;
}

export function connectorTable(way: string): string {
  const rows = [...connectors.values()].map(({ description }) => {
    const { title, summary, capabilities, nativeExpiry } = description;
    const can = [...capabilities.map((name) => abilityWords[name]), ...(nativeExpiry ? ['end access by itself'] : [])];
    return `| [${title}](${way}${pageOf(description)}) | ${summary} | ${can.join(', ')} |`;
  });
  return [
    '| connector | for what | can |',
    '|---|---|---|',
    ...rows,
    `| [By hand](${way}manual.md) | What no program can change: a work item for the application\u2019s owners, with evidence. | grant, revoke, be confirmed by a discovery or an import |`,
  ].join('\n');
}

/** The page with its list as it should be. @throws Error when the page has no place for it. */
export function withList(text: string, way: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error('The page has no place for the list of connectors.');
  return `${text.slice(0, from + begin.length)}\n\n${connectorTable(way)}\n\n${text.slice(to)}`;
}

if (import.meta.main)
  for (const { file, way } of pages) {
    const path = join(root, file);
    writeFileSync(path, withList(readFileSync(path, 'utf8'), way));
  }
