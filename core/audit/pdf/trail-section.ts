/** The trail itself, and what it proves. */
import type { ReportData } from '../report-data.ts';
import { personCell, plain, small, strong } from './parts.ts';
import { ink, type Sheet } from './sheet.ts';
import type { Typeface } from './typeface.ts';

export async function trailSection(sheet: Sheet, { trail, isPart, verification: chain }: ReportData): Promise<void> {
  sheet.heading('Trail');
  sheet.text(
    `${isPart ? 'Every event of these lines' : 'Every event of this request'} in its order. Numbers count the events of the whole workspace, so those of other requests lie in between.`,
    small,
  );
  sheet.space(4);
  const broken = chain.intact ? null : chain.brokenAt;
  await sheet.table(
    [
      { title: 'Event', share: 7 },
      { title: 'Time (UTC)', share: 12 },
      { title: 'Actor', share: 18 },
      { title: 'What happened, and the event’s SHA-256', share: 67 },
    ],
    trail.map((event) => [
      event.sequence === broken
        ? [
            { ...strong, color: ink.bad, text: String(event.sequence) },
            { ...small, size: 6.3, color: ink.bad, text: 'broken' },
          ]
        : String(event.sequence),
      event.at.replace('T', '\n').replace('Z', ''),
      personCell(event.actor, event.actorEmail),
      [
        { ...plain, text: event.sentence },
        { ...small, size: 6.3, text: `${event.type} · ${event.hash}` },
      ],
    ]),
  );
}

export function closing(sheet: Sheet, { verification: chain, isPart }: ReportData, typeface: Typeface): void {
  sheet.heading('What this report proves, and what it does not');
  const proven = isPart
    ? 'Each event carries a hash of its content and of the event before it. Only the whole chain of the request proves that none was changed, taken out or put in between: ask somebody who sees all of it for that report.'
    : chain.intact
      ? 'Each event carries a hash of its content and of the event before it. All of them fit: since they were written, no event above was changed, and none was taken out or put in between.'
      : 'Each event carries a hash of its content and of the event before it. They do not all fit, so the trail of this request was changed after it was written.';
  sheet.text(proven, plain);
  sheet.space(4);
  const limits = [
    'Only the trail is covered by hashes. Items, review and fulfillment are shown as the workspace’s records have them now, and were compared with the trail.',
    'Events missing from the end of the trail leave no gap in this chain. Compare the last hash with one that was noted or exported earlier.',
    'Whoever controls the whole database could write a chain anew from its beginning. Copies of reports kept elsewhere make that visible.',
    'Times are those of the machines that wrote the events. What was done by hand is the statement of the person named.',
    'What was read back was so at that moment. It does not say that the access was not changed in the application afterwards.',
    'Names, e-mail addresses and titles are those of the directory when this report was generated; the trail itself holds ids.',
  ];
  for (const limit of limits) {
    sheet.text(`•  ${limit}`, plain);
    sheet.space(2);
  }
  if (typeface.replaced) {
    sheet.space(2);
    sheet.text(
      'Characters that cannot be drawn here, or that would change the order of reading, are written as their Unicode number, e.g. [U+4E2D].',
      plain,
    );
  }
}
