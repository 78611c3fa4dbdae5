/** The whole story of a request as a file: PDF to read, CSV to work with. */
import type { RequestId } from '#core/domain/ids.ts';
import type { Reader } from '#core/persistence/tables.ts';
import { csvReport } from './csv-report.ts';
import { loadReportData, type Generated } from './report-data.ts';

export type ReportFormat = 'pdf' | 'csv';

export interface ReportFile {
  /** E.g. `gatehouse-request-42.pdf`. */
  readonly fileName: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * The report of one request as the database has it now; the chain of its events is verified anew for it. The
 * same workspace and the same `generated` give the same bytes. @throws GatehouseError `request.notFound`.
 */
export async function requestReport(
  reader: Reader,
  requestId: RequestId,
  format: ReportFormat,
  generated: Generated,
): Promise<ReportFile> {
  const data = await loadReportData(reader, requestId, generated);
  const fileName = `gatehouse-request-${data.request.number}.${format}`;
  switch (format) {
    case 'csv':
      return { fileName, mediaType: 'text/csv; charset=utf-8', bytes: new Uint8Array(csvReport(data)) };
    case 'pdf': {
      // Drawing and its fonts are loaded by whoever asks for a report, and by nobody else.
      const { pdfReport } = await import('./pdf/pdf-report.ts');
      return { fileName, mediaType: 'application/pdf', bytes: new Uint8Array(await pdfReport(data)) };
    }
  }
}
