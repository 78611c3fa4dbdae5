/** A link to another screen inside text, with its address and parameters checked by the compiler. */
import { Anchor, type AnchorProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

interface BaseProps extends AnchorProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps> {
  readonly ref?: Ref<HTMLAnchorElement>;
}

function Base(props: BaseProps) {
  return <Anchor {...props} data-moves-focus="" />;
}

export const TextLink = createLink(Base);
