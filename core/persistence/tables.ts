/**
 * Tables as Kysely sees them, and the one place where raw rows become domain objects and back.
 *
 * Raw rows are the same from both databases: text, numbers and null; instants are ISO text; JSON is
 * text going in. Column names are the property names in snake case.
 */
import type { Kysely, Transaction } from 'kysely';
import type {
  Account,
  AccountAttributes,
  Application,
  ConnectorInstance,
  CredentialFault,
  DeliveryHealth,
  DeliverySettings,
  Employee,
  Ending,
  Entitlement,
  Grant,
  Resource,
  Role,
  SyncRun,
} from '#core/domain/directory.ts';
import type { AuditEventType } from '#core/domain/audit.ts';
import type { AccessRole } from '#core/domain/access-role.ts';
import type { BulkDecision, BulkDecisionResult } from '#core/domain/bulk-decision.ts';
import type { Finding } from '#core/domain/finding.ts';
import type { Delegation } from '#core/domain/delegation.ts';
import type {
  AccessRoleId,
  ApplicationId,
  AuditEventId,
  CommandId,
  ConflictRuleId,
  EmployeeId,
  EntitlementId,
  FulfillmentTaskId,
  RequestId,
  RequestItemId,
  ReviewerGroupId,
} from '#core/domain/ids.ts';
import type { Notice } from '#core/domain/notice.ts';
import type { Policy, PolicyVersion } from '#core/domain/policy.ts';
import type { ConflictRule } from '#core/domain/conflict-rule.ts';
import type { Instant } from '#core/domain/instant.ts';
import type {
  AccessRequest,
  Decision,
  FulfillmentTask,
  RequestItem,
  ReviewMessage,
  ReviewStage,
  ReviewTask,
} from '#core/domain/request.ts';
import { entities } from './entities/index.ts';

/** Stored rows with their property names, by table. */
export interface Rows {
  readonly employee: Employee & { readonly searchText: string };
  readonly role_assignment: { readonly employeeId: EmployeeId; readonly role: Role };
  readonly application: Omit<Application, 'secondaryOwnerIds'> & { readonly nameKey: string };
  readonly secondary_owner: {
    readonly applicationId: ApplicationId;
    readonly employeeId: EmployeeId;
    readonly position: number;
  };
  readonly connector_instance: ConnectorInstance;
  readonly resource: Resource;
  readonly entitlement: Entitlement & { readonly searchText: string };
  readonly account: Account & {
    readonly usernameKey: string;
    readonly attributes?: AccountAttributes | null;
    readonly changedAt?: Instant | null;
  };
  readonly access_grant: Grant;
  readonly sync_run: SyncRun & {
    readonly checkpoint: string | null;
    readonly leaseOwner: string | null;
    readonly leaseUntil: Instant | null;
    readonly ending?: Ending | null;
  };
  readonly delivery_settings: DeliverySettings;
  readonly delivery_health: DeliveryHealth;
  readonly credential_fault: CredentialFault;
  readonly entitlement_instructions: { readonly entitlementId: EntitlementId; readonly instructions: string };
  readonly evidence_content: { readonly fulfillmentTaskId: FulfillmentTaskId; readonly content: string };
  readonly finding: Finding;
  readonly access_request: AccessRequest & { readonly searchText: string };
  readonly request_item: RequestItem;
  readonly review_stage: ReviewStage;
  readonly review_task: ReviewTask;
  readonly decision: Decision;
  readonly fulfillment_task: FulfillmentTask;
  readonly policy: Policy;
  readonly policy_version: PolicyVersion;
  readonly conflict_rule: Omit<ConflictRule, 'left' | 'right'>;
  readonly conflict_rule_entitlement: {
    readonly ruleId: ConflictRuleId;
    readonly side: 'left' | 'right';
    readonly entitlementId: EntitlementId;
  };
  readonly reviewer_group: {
    readonly id: ReviewerGroupId;
    readonly name: string;
    readonly nameKey: string;
    readonly description: string | null;
    readonly version: number;
  };
  readonly reviewer_group_member: { readonly groupId: ReviewerGroupId; readonly employeeId: EmployeeId };
  readonly delegation: Delegation;
  readonly access_role: Omit<AccessRole, 'entitlementIds'> & { readonly nameKey: string };
  readonly access_role_entitlement: {
    readonly accessRoleId: AccessRoleId;
    readonly entitlementId: EntitlementId;
    readonly position: number;
  };
  readonly review_message: ReviewMessage;
  readonly request_follower: {
    readonly requestId: RequestId;
    readonly employeeId: EmployeeId;
    readonly since: Instant;
  };
  /** Which lines of a request a follower joined. */
  readonly followed_item: {
    readonly requestId: RequestId;
    readonly employeeId: EmployeeId;
    readonly itemId: RequestItemId;
  };
  readonly notice: Notice;
  readonly bulk_decision: BulkDecision;
  readonly bulk_decision_result: BulkDecisionResult;
  readonly audit_event: AuditEventRow;
  readonly audit_checkpoint: {
    readonly sequence: number;
    readonly at: Instant;
    readonly root: string;
    readonly frontier: readonly string[];
    readonly signature: string | null;
    readonly publicKey: string | null;
  };
  readonly command_record: {
    readonly id: CommandId;
    readonly type: string;
    readonly actorName: string;
    readonly issuedAt: Instant;
    readonly executedAt: Instant;
    readonly fingerprint: string;
    readonly result: Readonly<Record<string, unknown>>;
  };
  readonly counter: { readonly name: string; readonly value: number };
  readonly setting: { readonly name: string; readonly value: Readonly<Record<string, unknown>> };
}

/** An audit event as stored: its data stays the canonical text that was hashed. */
export interface AuditEventRow {
  readonly sequence: number;
  readonly id: AuditEventId;
  readonly type: AuditEventType;
  readonly requestId: RequestId | null;
  readonly itemId: RequestItemId | null;
  readonly actorKind: 'employee' | 'system';
  readonly actorName: string;
  readonly at: Instant;
  readonly commandId: CommandId;
  readonly data: string;
  readonly previousHash: string | null;
  readonly hash: string;
}

export type TableName = keyof Rows;

/** `managerId` -> `manager_id`. */
type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Head extends Uppercase<Head>
    ? Head extends Lowercase<Head>
      ? `${Head}${SnakeCase<Tail>}`
      : `_${Lowercase<Head>}${SnakeCase<Tail>}`
    : `${Head}${SnakeCase<Tail>}`
  : Name;

/** What the driver hands over for a value: JSON is text, or already parsed by Postgres; read it with `fromRow`. */
type RawValue<Value> = Value extends string | number | null ? Value : string;

type RawRow<Row> = { [Property in keyof Row & string as SnakeCase<Property>]: RawValue<Row[Property]> };

export type Tables = { readonly [Name in TableName]: RawRow<Rows[Name]> };

/** A transaction of the one writer. */
export type Writer = Transaction<Tables>;
/** Anything queries can run on: the reading connection or a transaction. */
export type Reader = Kysely<Tables>;

interface Column {
  readonly property: string;
  readonly column: string;
  readonly json: boolean;
}

const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const columnsByTable: ReadonlyMap<string, readonly Column[]> = new Map(
  entities.map((entity) => [
    entity.meta.tableName,
    Object.entries(entity.meta.properties).map(([property, definition]) => ({
      property,
      column: snakeCase(property),
      // The metadata holds the type's class until an ORM is initialised from it, its instance or name afterwards.
      json: typeNameOf((definition as { type: unknown }).type) === 'JsonType',
    })),
  ]),
);

function typeNameOf(type: unknown): string {
  if (typeof type === 'string') return type;
  if (typeof type === 'function') return type.name;
  return (type as object).constructor.name;
}

/** The columns of a table, in the order of its entity. */
export function columnsOf(table: TableName): readonly Column[] {
  const columns = columnsByTable.get(table);
  if (columns === undefined) throw new Error(`No entity describes the table ${table}`);
  return columns;
}

/** A row as the database takes it. Properties that are not columns are left out; missing ones become null. */
export function toRow<Name extends TableName>(table: Name, value: Rows[Name]): Tables[Name] {
  const row: Record<string, unknown> = {};
  for (const column of columnsOf(table)) row[column.column] = fieldOf(value, column);
  return row as Tables[Name];
}

/** The fields of a row in the order of the table's columns, at the end of `fields`: without a row of its own for each of many. */
export function appendFields<Name extends TableName>(fields: unknown[], table: Name, value: Rows[Name]): void {
  for (const column of columnsOf(table)) fields.push(fieldOf(value, column));
}

function fieldOf(value: object, { property, json }: Column): unknown {
  const field = (value as Readonly<Record<string, unknown>>)[property] ?? null;
  return json && field !== null ? JSON.stringify(field) : field;
}

/** A raw row as the domain knows it. */
export function fromRow<Name extends TableName>(table: Name, row: Tables[Name]): Rows[Name] {
  const source = row as Readonly<Record<string, unknown>>;
  const value: Record<string, unknown> = {};
  for (const { property, column, json } of columnsOf(table)) {
    const field = source[column];
    value[property] = json && typeof field === 'string' ? JSON.parse(field) : field;
  }
  return value as unknown as Rows[Name];
}

/** Parses a JSON column that a query selected by itself. */
export function fromJson<Value>(raw: string): Value {
  return (typeof raw === 'string' ? JSON.parse(raw) : raw) as Value;
}
