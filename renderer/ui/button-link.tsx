/** A button that leads to another screen: a real link, whose address and search are checked by the compiler. */
import { Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

interface BaseProps extends ButtonProps, Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof ButtonProps> {
  readonly ref?: Ref<HTMLAnchorElement>;
}

function Base(props: BaseProps) {
  return <Button component="a" {...props} />;
}

export const ButtonLink = createLink(Base);
