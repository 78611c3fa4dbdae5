/** A request's report as PDF: a head, its items, their review and fulfillment, the whole trail, and what that proves. */
import { timeWords } from '../words.ts';
import type { ReportData } from '../report-data.ts';
import { fulfillmentSection } from './fulfillment-section.ts';
import { head, itemsSection, reviewSection, verification } from './sections.ts';
import { Sheet } from './sheet.ts';
import { closing, trailSection } from './trail-section.ts';
import { createTypeface, loadFonts } from './typeface.ts';

export async function pdfReport(data: ReportData): Promise<Uint8Array> {
  // Not before somebody wants a report: it is large, and a start would wait for it.
  const { default: PDFDocument } = await import('pdfkit');
  const fonts = await loadFonts();
  const { request, generated } = data;
  const document = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    pdfVersion: '1.7',
    info: {
      Title: `Access request ${request.number}`,
      Author: 'Gatehouse',
      Creator: 'Gatehouse',
      Producer: 'Gatehouse',
      Subject: `Report with the trail of access request ${request.number}`,
      // The one time that may differ between two reports of the same request.
      CreationDate: new Date(generated.at),
    },
  });
  const bytes = collect(document);
  const typeface = createTypeface(document, fonts);
  const sheet = new Sheet(document, typeface);
  head(sheet, data);
  verification(sheet, data);
  await itemsSection(sheet, data);
  await reviewSection(sheet, data);
  await fulfillmentSection(sheet, data);
  await trailSection(sheet, data);
  closing(sheet, data, typeface);
  sheet.footers(
    `Gatehouse · Access request ${request.number} · Generated ${timeWords(generated.at)} by ${generated.by}`,
  );
  document.end();
  return bytes;
}

async function collect(document: PDFKit.PDFDocument): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of document) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
