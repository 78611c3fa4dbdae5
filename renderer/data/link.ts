/** What a way to the engine is, whichever it is. */
import type { ClientContext, ClientLink } from '@orpc/client';

/** An open way to the engine. */
export interface OpenLink {
  readonly link: ClientLink<ClientContext>;
  /** Settles when the link is gone for good; `refused` when the engine does not know this session. */
  readonly closed: Promise<'lost' | 'refused'>;
}

/** Opens a link or says why not. */
export type LinkOpener = () => Promise<OpenLink | 'lost' | 'refused'>;
