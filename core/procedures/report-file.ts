/** A request's whole story as a file with a name that says which. */
import { requestReport, type ReportFormat } from '#core/audit/report.ts';
import type { RequestId } from '#core/domain/ids.ts';
import type { Instant } from '#core/domain/instant.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { requestNotFound } from '#core/queries/query-refused.ts';
import { sightOf, type Viewer } from '#core/queries/visibility.ts';

/** @throws QueryRefused when there is no such request or the viewer may not see it. */
export async function reportFile(
  reader: Reader,
  viewer: Viewer,
  requestId: RequestId,
  format: ReportFormat,
  at: Instant,
): Promise<File> {
  const sight = await sightOf(reader, viewer, requestId);
  if (sight === null) throw requestNotFound();
  const { bytes, fileName, mediaType } = await requestReport(reader, requestId, format, {
    at,
    by: viewer.person.fullName,
    sight,
  });
  return new File([bytes], fileName, { type: mediaType });
}
