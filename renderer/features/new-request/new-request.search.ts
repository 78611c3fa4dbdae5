/** What the address of a new request may name, so that other screens can start one. */
import type { ItemAction } from '#core/contract/index.ts';
import type { SearchSchemaInput } from '@tanstack/react-router';

export interface NewRequestSearch {
  readonly beneficiary?: string;
  readonly entitlement?: string;
  readonly action?: ItemAction;
  /** A request that came to nothing and is asked for again, or that gave the access to be prolonged. */
  readonly request?: string;
  /** The item of that request whose access is to be prolonged. */
  readonly prolong?: string;
}

/** Keeps what is text; whether it names anything is found out when it is looked up. */
export function newRequestSearch(given: NewRequestSearch & SearchSchemaInput): NewRequestSearch {
  return {
    ...(typeof given.beneficiary === 'string' ? { beneficiary: given.beneficiary } : {}),
    ...(typeof given.entitlement === 'string' ? { entitlement: given.entitlement } : {}),
    ...(typeof given.request === 'string' ? { request: given.request } : {}),
    ...(typeof given.prolong === 'string' ? { prolong: given.prolong } : {}),
    ...(given.action === 'GRANT' || given.action === 'REVOKE' ? { action: given.action } : {}),
  };
}
