/** All entities, listed by hand: nothing is found by globbing, so a packed application has them too. */
import {
  AccountEntity,
  ApplicationEntity,
  ConnectorInstanceEntity,
  EmployeeEntity,
  EntitlementEntity,
  GrantEntity,
  ResourceEntity,
  RoleAssignmentEntity,
  SecondaryOwnerEntity,
  SyncRunEntity,
} from './directory.entities.ts';
import {
  AccessRequestEntity,
  DecisionEntity,
  FulfillmentTaskEntity,
  RequestItemEntity,
  ReviewStageEntity,
  ReviewTaskEntity,
} from './request.entities.ts';
import {
  AuditCheckpointEntity,
  AuditEventEntity,
  CommandRecordEntity,
  CounterEntity,
  SettingEntity,
} from './workspace.entities.ts';

export const entities = [
  EmployeeEntity,
  RoleAssignmentEntity,
  ApplicationEntity,
  SecondaryOwnerEntity,
  ConnectorInstanceEntity,
  ResourceEntity,
  EntitlementEntity,
  AccountEntity,
  GrantEntity,
  SyncRunEntity,
  AccessRequestEntity,
  RequestItemEntity,
  ReviewStageEntity,
  ReviewTaskEntity,
  DecisionEntity,
  FulfillmentTaskEntity,
  AuditEventEntity,
  AuditCheckpointEntity,
  CommandRecordEntity,
  CounterEntity,
  SettingEntity,
] as const;
