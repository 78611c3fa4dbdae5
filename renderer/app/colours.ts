/**
 * Light, dark, or as the system has it. In the browser the page remembers it; in the desktop program the device's
 * settings do, whose menu has it too: there the page has no choice of its own and follows what the shell tells it.
 */
import { localStorageColorSchemeManager, useMantineColorScheme, type MantineColorSchemeManager } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ShellColours } from '#renderer/data/message-port-link.ts';

export type Colours = 'auto' | 'light' | 'dark';

const asTheSystem: MantineColorSchemeManager = {
  get: () => 'auto',
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};

export const colourManager =
  window.gatehouse === undefined ? localStorageColorSchemeManager({ key: 'gatehouse-colors' }) : asTheSystem;

/** What holds, and how to choose. @param isShown asked anew whenever it becomes true: the menu of the desktop may have changed it. */
export function useColours(isShown: boolean): readonly [Colours, (colours: Colours) => void] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [ofShell, setOfShell] = useState<ShellColours>('system');
  const shell = window.gatehouse;

  useEffect(() => {
    // Without an answer nothing is lost but a mark in a menu.
    if (isShown) shell?.colours().then(setOfShell, () => undefined);
  }, [isShown, shell]);

  if (shell === undefined) return [colorScheme, setColorScheme];
  return [
    ofShell === 'system' ? 'auto' : ofShell,
    (colours) => void shell.colours(colours === 'auto' ? 'system' : colours).then(setOfShell, () => undefined),
  ];
}
