/** Small pieces that several sections are made of. */
import { ink, type Piece } from './sheet.ts';

export const small = { size: 7, color: ink.quiet } as const;
export const plain = { size: 8 } as const;
export const strong = { size: 8, weight: 'bold' } as const;

export function personCell(name: string, email: string | null | undefined): readonly Piece[] {
  return [{ ...plain, text: name }, ...(email ? [{ ...small, text: email }] : [])];
}

export function begin(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
