/** Keys that work on every screen: `/` goes to the search field, `g` and a letter to a place. */
import { useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { Operator } from '#core/contract/index.ts';
import { placesFor } from './places.ts';

/** How long `g` waits for its letter. */
const patienceMilliseconds = 1200;

export function useShellKeys(operator: Operator): void {
  const router = useRouter();
  useEffect(() => {
    let goPressedAt = -Infinity;
    function keyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return;
      if (event.key === '/') {
        const search = document.querySelector<HTMLElement>('[data-focus-search]');
        if (search === null) return;
        event.preventDefault();
        search.focus();
        return;
      }
      if (event.timeStamp - goPressedAt < patienceMilliseconds) {
        goPressedAt = -Infinity;
        const place = placesFor(operator).find((candidate) => candidate.key === event.key);
        if (place === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        void router.navigate({ to: place.to });
        return;
      }
      if (event.key === 'g') goPressedAt = event.timeStamp;
    }
    // Before the screens' own keys: in `g a`, the `a` must not approve anything.
    window.addEventListener('keydown', keyDown, { capture: true });
    return () => window.removeEventListener('keydown', keyDown, { capture: true });
  }, [router, operator]);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable="true"]') !== null;
}
