/** A bundle of entitlements that an administrator maintains and people can ask for as one. */
import type { AccessRoleId, EntitlementId } from './ids.ts';

export interface AccessRole {
  readonly id: AccessRoleId;
  readonly name: string;
  readonly description: string | null;
  readonly entitlementIds: readonly EntitlementId[];
  readonly state: 'active' | 'inactive';
  readonly version: number;
}
