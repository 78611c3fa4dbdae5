/** What kind of workspace this is; stored as the setting `workspace` once it was set up. */
import type { EmployeeId } from './ids.ts';

export interface WorkspaceSettings {
  readonly name: string;
  readonly kind: 'sample' | 'own';
  /** `choose`: identity is not checked, people pick who they are. `operator`: only `operatorId` signs in here. */
  readonly signIn: 'choose' | 'operator';
  readonly operatorId: EmployeeId | null;
}
