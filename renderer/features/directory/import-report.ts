/** The report that a refused import carries. */
import { importReportSchema, type ImportReport, type Refusal } from '#core/contract/index.ts';

/** Null when the import was refused for another reason than the file's rows. */
export function reportOf(refusal: Refusal): ImportReport | null {
  const report = importReportSchema.safeParse(refusal.data?.['report']);
  return report.success ? report.data : null;
}
