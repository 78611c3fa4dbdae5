/** How values cross between Node and a page: text, bytes, nothing, or whatever JSON can say. */
export type Carried =
  | { readonly is: 'bytes'; readonly base64: string }
  | { readonly is: 'json'; readonly value: unknown }
  | { readonly is: 'undefined' };

export function carry(value: unknown): Carried {
  if (value === undefined) return { is: 'undefined' };
  if (value instanceof ArrayBuffer) return { is: 'bytes', base64: Buffer.from(value).toString('base64') };
  if (ArrayBuffer.isView(value)) {
    return { is: 'bytes', base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  return { is: 'json', value };
}

export function uncarry(carried: Carried): unknown {
  if (carried.is === 'undefined') return undefined;
  return carried.is === 'bytes' ? new Uint8Array(Buffer.from(carried.base64, 'base64')).buffer : carried.value;
}
