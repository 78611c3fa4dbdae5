/** The frame of every screen: its title (also the document's), what it is for, and its main actions. */
import { Group, Text } from '@mantine/core';
import { useEffect, useRef, type ReactNode } from 'react';
import classes from './page.module.css';

export interface PageProps {
  readonly title: string;
  /** The document's title where it differs from the one on the page. */
  readonly documentTitle?: string;
  readonly subtitle?: ReactNode;
  /** Beside the title, e.g. a state badge. */
  readonly beside?: ReactNode;
  /** Above the title, e.g. the way back. */
  readonly above?: ReactNode;
  readonly actions?: ReactNode;
  /** Takes exactly the window's height, so that a table inside scrolls by itself. */
  readonly fill?: boolean;
  readonly children: ReactNode;
}

export function Page({
  title,
  documentTitle = title,
  subtitle,
  beside,
  above,
  actions,
  fill = false,
  children,
}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${documentTitle} · Gatehouse`;
  }, [documentTitle]);
  // Moving to another screen moves the focus to its title, so that it is read out and Tab starts there.
  useEffect(() => {
    const focused = document.activeElement;
    if (focused === null || focused === document.body || focused.closest('[data-moves-focus]') !== null) {
      heading.current?.focus({ preventScroll: true });
    }
  }, []);
  return (
    <div className={`${classes.page} ${fill ? classes.fill : ''}`}>
      {above}
      <header className={classes.heading}>
        <div style={{ minWidth: 0 }}>
          <Group gap={10}>
            <h1 ref={heading} tabIndex={-1} className={classes.title}>
              {title}
            </h1>
            {beside}
          </Group>
          {subtitle !== undefined && (
            <Text size="sm" c="dimmed" mt={2} maw={760} component="div">
              {subtitle}
            </Text>
          )}
        </div>
        {actions !== undefined && <Group gap={8}>{actions}</Group>}
      </header>
      <div className={classes.body}>{children}</div>
    </div>
  );
}
