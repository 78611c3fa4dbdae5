/** The draft on screen, kept in the session's storage while it is written. */
import { useEffect, useRef, useState } from 'react';
import type { Person } from '#core/contract/index.ts';
import { clearDraft, loadDraft, saveDraft } from './draft-storage.ts';
import { emptyDraft, type Draft } from './draft.ts';

const saveAfterMilliseconds = 250;

export interface DraftHandle {
  readonly draft: Draft;
  /** Whether the draft was there already when the page opened. */
  readonly wasRestored: boolean;
  /** False when the browser could not keep the draft, so that a reload would lose it. */
  readonly isKept: boolean;
  readonly change: (next: (draft: Draft) => Draft) => void;
  /** Back to an empty draft for oneself. */
  readonly startOver: () => void;
  /** Forgets the draft for good, because it was submitted. */
  readonly discard: () => void;
}

export function useDraft(operator: Person): DraftHandle {
  const [stored] = useState(() => loadDraft(sessionStorage, operator.id));
  const [draft, setDraft] = useState<Draft>(() => stored ?? emptyDraft(operator));
  const [isKept, setIsKept] = useState(true);
  const latest = useRef(draft);
  const isDiscarded = useRef(false);

  useEffect(() => {
    latest.current = draft;
    // A draft of many thousand lines is a large text: not on every key stroke.
    const timer = setTimeout(() => {
      if (!isDiscarded.current) setIsKept(saveDraft(sessionStorage, operator.id, draft));
    }, saveAfterMilliseconds);
    return () => clearTimeout(timer);
  }, [draft, operator.id]);

  useEffect(() => {
    const flush = (): void => {
      if (!isDiscarded.current) saveDraft(sessionStorage, operator.id, latest.current);
    };
    window.addEventListener('pagehide', flush);
    return () => {
      window.removeEventListener('pagehide', flush);
      flush();
    };
  }, [operator.id]);

  return {
    draft,
    wasRestored: stored !== null,
    isKept,
    change: setDraft,
    startOver: () => setDraft(emptyDraft(operator)),
    discard: () => {
      isDiscarded.current = true;
      clearDraft(sessionStorage);
    },
  };
}
