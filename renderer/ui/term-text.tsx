/** How long access lasts, in words. */
import { Text, Tooltip, type TextProps } from '@mantine/core';
import type { Term } from '#core/contract/index.ts';
import { termWords, utcTime } from './format.ts';

export interface TermTextProps extends Pick<TextProps, 'size' | 'c'> {
  readonly term: Term;
}

export function TermText({ term, ...text }: TermTextProps) {
  const words = (
    <Text span inherit={text.size === undefined} {...text}>
      {termWords(term)}
    </Text>
  );
  return term.kind === 'until' ? <Tooltip label={utcTime(term.endsAt)}>{words}</Tooltip> : words;
}
