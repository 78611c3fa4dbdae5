/** The life of a file that a window sends: as long as the call that announced it, however that ends. */
import { AsyncIteratorClass } from '@orpc/server';
import type { UploadId } from '#core/domain/ids.ts';
import { QueryRefused } from '#core/queries/query-refused.ts';
import type { Uploader, Uploads } from '#core/workspace.ts';

/**
 * Its id as the one message. When `signal` aborts or the reader returns, the file is removed unless it was taken.
 * @throws QueryRefused when it cannot be sent.
 */
export async function uploadStream(
  uploads: Uploads,
  by: Uploader,
  file: { readonly name: string; readonly size: number },
  signal?: AbortSignal,
): Promise<AsyncIteratorObject<{ readonly uploadId: UploadId }, undefined, void>> {
  const begun = await uploads.begin(by, file);
  if (begun.outcome === 'refused') throw new QueryRefused(begun.refusal.code, begun.refusal.message);
  const { uploadId } = begun.value;
  const over = Promise.withResolvers<void>();
  let isSaid = false;
  const end = async (): Promise<void> => {
    signal?.removeEventListener('abort', abort);
    await uploads.discard(uploadId);
    over.resolve();
  };
  // A file that could not be removed fails the call. Where nobody reads it any more, the next start removes the file.
  const abort = (): void => void end().catch(over.reject);
  over.promise.catch(() => undefined);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted === true) abort();
  return new AsyncIteratorClass<{ readonly uploadId: UploadId }, undefined, void>(async () => {
    if (isSaid) {
      await over.promise;
      return { done: true, value: undefined };
    }
    isSaid = true;
    return { done: false, value: { uploadId } };
  }, end);
}
