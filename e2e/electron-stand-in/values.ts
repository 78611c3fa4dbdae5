/** How values cross between Node and a page: bytes, nothing, a record with bytes in it, or whatever JSON can say. */
export type Carried =
  | { readonly is: 'bytes'; readonly base64: string }
  | { readonly is: 'record'; readonly fields: Readonly<Record<string, Carried>> }
  | { readonly is: 'json'; readonly value: unknown }
  | { readonly is: 'undefined' };

export function carry(value: unknown): Carried {
  if (value === undefined) return { is: 'undefined' };
  if (value instanceof ArrayBuffer) return { is: 'bytes', base64: Buffer.from(value).toString('base64') };
  if (ArrayBuffer.isView(value)) {
    return { is: 'bytes', base64: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  if (typeof value === 'object' && value !== null && Object.values(value).some((field) => ArrayBuffer.isView(field))) {
    const fields = Object.entries(value).map(([name, field]) => [name, carry(field)] as const);
    return { is: 'record', fields: Object.fromEntries(fields) };
  }
  return { is: 'json', value };
}

export function uncarry(carried: Carried): unknown {
  if (carried.is === 'undefined') return undefined;
  if (carried.is === 'record')
    return Object.fromEntries(Object.entries(carried.fields).map(([name, field]) => [name, uncarry(field)]));
  return carried.is === 'bytes' ? new Uint8Array(Buffer.from(carried.base64, 'base64')).buffer : carried.value;
}
