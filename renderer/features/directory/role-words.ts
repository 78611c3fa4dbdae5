/** The roles in words. Every team member may request and review; a role adds to that. */
import type { Role } from '#core/contract/index.ts';

export const roleWords: Readonly<Record<Role, { readonly label: string; readonly what: string }>> = {
  riskManager: { label: 'Risk manager', what: 'Sees every request and the figures of the whole workspace.' },
  administrator: { label: 'Administrator', what: 'Sets up applications, imports, and gives roles.' },
};
