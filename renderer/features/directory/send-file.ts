/** Sends a file to the engine, piece by piece: the next one is read when the engine has written the one before. */
import { uploadPieceBytes, type Result } from '#core/contract/index.ts';
import { client, type Client } from '#renderer/data/client.ts';

export interface SendOptions {
  /** Stops the sending; what was sent is removed. */
  readonly signal: AbortSignal;
  /** How many bytes the engine has, after each piece. */
  readonly onSent: (bytes: number) => void;
}

/** Hands the id of the whole file to `whenSent`. The engine keeps it no longer than this runs, whatever comes of it. */
export async function withSentFile<Value>(
  file: File,
  { signal, onSent }: SendOptions,
  whenSent: (uploadId: string) => Promise<Result<Value>>,
  { upload, sendPiece }: Pick<Client['directory'], 'upload' | 'sendPiece'> = client.directory,
): Promise<Result<Value>> {
  onSent(0);
  const announced = await upload({ name: file.name.slice(0, 500), size: file.size }, { signal });
  try {
    const first = await announced.next();
    if (first.done === true) throw new Error('The file was not taken. Try again.');
    for (let offset = 0; offset < file.size;) {
      const piece = new File([file.slice(offset, offset + uploadPieceBytes)], 'piece');
      const sent = await sendPiece({ uploadId: first.value.uploadId, offset, piece }, { signal });
      if (sent.outcome === 'refused') return sent;
      offset = sent.value.received;
      onSent(offset);
    }
    return await whenSent(first.value.uploadId);
  } finally {
    // Where the connection is gone there is nobody left to tell, and nothing of the file.
    announced.return?.().catch(() => undefined);
  }
}
