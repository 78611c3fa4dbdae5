/** The trail of a request as CSV (RFC 4180, UTF-8 with a byte order mark): one line per event, flat columns. */
import { stringify } from 'csv-stringify/sync';
import canonicalize from 'canonicalize';
import type { ReportData } from './report-data.ts';

const columns = [
  'Sequence',
  'At (UTC)',
  'Type',
  'Actor',
  'Actor e-mail',
  'Item',
  'Beneficiary',
  'Entitlement',
  'Application',
  'What happened',
  'Data (JSON)',
  'Previous hash',
  'Hash',
] as const;

/** Text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection). */
export function csvReport({ items, trail, names }: ReportData): Uint8Array {
  const byId = new Map(items.map((entry) => [entry.item.id, entry]));
  const lines = trail.map((event) => {
    const entry = event.itemId === null ? undefined : byId.get(event.itemId);
    return [
      event.sequence,
      event.at,
      event.type,
      event.actor,
      event.actorEmail ?? '',
      entry?.position ?? '',
      entry === undefined ? '' : names.person(entry.item.beneficiaryId),
      entry === undefined ? '' : names.entitlement(entry.item.entitlementId),
      entry === undefined ? '' : names.application(entry.item.applicationId),
      event.sentence,
      canonicalize(event.data) ?? '',
      event.previousHash ?? '',
      event.hash,
    ];
  });
  const text = stringify([[...columns], ...lines], { bom: true, escape_formulas: true, record_delimiter: 'windows' });
  return new TextEncoder().encode(text);
}
