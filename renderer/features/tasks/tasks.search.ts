/** What the address of My tasks holds. */
import type { SearchSchemaInput } from '@tanstack/react-router';
import type {
  ApplicationId,
  EmployeeId,
  EntitlementId,
  ItemAction,
  RiskLevel,
  TaskFilterInput,
} from '#core/contract/index.ts';
import { isDay } from '#renderer/ui/day.ts';

export const taskSorts = ['waiting', 'newest', 'oldest', 'due', 'risk'] as const;

export interface TasksSearch {
  readonly status: 'open' | 'completed';
  readonly search?: string;
  readonly application?: string;
  readonly entitlement?: string;
  readonly requester?: string;
  readonly beneficiary?: string;
  readonly action?: ItemAction;
  readonly risk?: RiskLevel;
  readonly level?: number;
  readonly sort?: (typeof taskSorts)[number];
  /** Begins at this day, `2026-03-02`. */
  readonly from?: string;
}

type TasksSearchInput = Partial<TasksSearch>;

const texts = ['search', 'application', 'entitlement', 'requester', 'beneficiary'] as const;

export function tasksSearch(given: TasksSearchInput & SearchSchemaInput): TasksSearch {
  const kept: Record<string, unknown> = { status: given.status === 'completed' ? 'completed' : 'open' };
  for (const name of texts) if (typeof given[name] === 'string' && given[name] !== '') kept[name] = given[name];
  if (isDay(given.from)) kept['from'] = given.from;
  if (given.action === 'GRANT' || given.action === 'REVOKE') kept['action'] = given.action;
  if (given.risk === 'low' || given.risk === 'medium' || given.risk === 'high') kept['risk'] = given.risk;
  if (typeof given.level === 'number' && given.level >= 1) kept['level'] = given.level;
  if (given.sort !== undefined && taskSorts.includes(given.sort)) kept['sort'] = given.sort;
  return kept as unknown as TasksSearch;
}

/** The conditions of the address as the engine takes them. */
export function taskFilterOf(search: TasksSearch): TaskFilterInput {
  return {
    ...(search.search === undefined ? {} : { search: search.search }),
    ...(search.application === undefined ? {} : { applicationIds: [search.application as ApplicationId] }),
    ...(search.entitlement === undefined ? {} : { entitlementIds: [search.entitlement as EntitlementId] }),
    ...(search.requester === undefined ? {} : { requesterIds: [search.requester as EmployeeId] }),
    ...(search.beneficiary === undefined ? {} : { beneficiaryIds: [search.beneficiary as EmployeeId] }),
    ...(search.action === undefined ? {} : { actions: [search.action] }),
    ...(search.risk === undefined ? {} : { risks: [search.risk] }),
    ...(search.level === undefined ? {} : { levels: [search.level] }),
  };
}

/** The conditions alone, for clearing them. */
export const noConditions: Readonly<Record<Exclude<keyof TasksSearch, 'status' | 'sort'>, undefined>> = {
  search: undefined,
  application: undefined,
  entitlement: undefined,
  requester: undefined,
  beneficiary: undefined,
  action: undefined,
  risk: undefined,
  level: undefined,
  from: undefined,
};

/** Does any condition hold the list back? Where it begins is none. */
export function isNarrowed(search: TasksSearch): boolean {
  return Object.keys(noConditions).some((name) => name !== 'from' && search[name as keyof TasksSearch] !== undefined);
}
