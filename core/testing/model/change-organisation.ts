/** The steps of a history in which the organisation changes and no request does: people come and go, rules are rewritten, time passes. */
import type { Delegation } from '#core/domain/delegation.ts';
import { plusMinutes } from '#core/domain/instant.ts';
import type { Engine } from './engine.ts';
import type { Step } from './steps.ts';
import {
  circumstancesIn,
  entitlementOf,
  found,
  fulfillmentOf,
  namedAccount,
  pick,
  tasksOf,
  worksHere,
  type World,
} from './world.ts';

/** Null: the step is one for the engine. */
export function changeOrganisation(world: World, step: Step, engine: Engine): World | null {
  switch (step.kind) {
    case 'pass':
      return { ...world, now: plusMinutes(world.now, step.minutes) };
    case 'away':
      return away(world, step, engine);
    case 'turn':
      return turned({ ...world, now: plusMinutes(world.now, step.minutes) }, engine);
    case 'back': {
      const ended = pick(
        world.delegations.filter((one) => one.state === 'active'),
        step.delegation,
      );
      return {
        ...world,
        delegations: world.delegations.map((one) =>
          one === ended ? { ...one, state: 'ended', endsAt: world.now } : one,
        ),
      };
    }
    case 'leave':
      return changed(world, 'people', step.who, (person) => ({ ...person, status: 'left' as const }));
    case 'manager': {
      const { id: managerId } = found(pick(world.people, step.to));
      return changed(world, 'people', step.who, (person) => ({
        ...person,
        managerId: managerId === person.id ? null : managerId,
      }));
    }
    case 'owner':
      return changed(world, 'applications', step.who, (one) => ({
        ...one,
        primaryOwnerId: found(pick(world.people, step.to)).id,
        secondaryOwnerIds: one.secondaryOwnerIds.slice(1),
        version: one.version + 1,
      }));
    case 'link':
      return linked(world, step);
    case 'settings':
      return changed(world, 'applications', step.application, (one) => ({
        ...one,
        reviewSettings: step.settings,
        version: one.version + 1,
      }));
    case 'option':
      return changed(world, 'applications', step.application, (one) => ({
        ...one,
        fulfillment: one.fulfillment === 'manual' ? ('connector' as const) : ('manual' as const),
        version: one.version + 1,
      }));
    case 'entitlementGone':
      return changed(world, 'entitlements', step.who, (one) => ({ ...one, status: 'gone' as const }));
    case 'policy':
      return changed(world, 'policies', step.policy, (one) => ({
        ...one,
        effect: step.effect,
        version: one.version + 1,
      }));
    case 'rule':
      return changed(world, 'rules', step.rule, (one) => ({ ...one, effect: step.effect, version: one.version + 1 }));
    default:
      return null;
  }
}

/** A person says whose service account it is, as far as it is somebody's to say: nobody's, or that of somebody who left. */
function linked(world: World, step: { readonly who: number; readonly to: number }): World {
  const account = pick(
    world.serviceAccounts.filter(({ ownerId }) => !worksHere(world, ownerId)),
    step.who,
  );
  const { id: ownerId } = found(pick(world.people, step.to));
  const isOf = (grant: World['grants'][number]) =>
    account !== undefined &&
    grant.serviceAccount === account.name &&
    entitlementOf(world, grant).applicationId === account.applicationId;
  const requested = world.grants.some((grant) => isOf(grant) && grant.active && grant.itemId !== null);
  // Not in the very moment in which it is written to.
  const busy = fulfillmentOf(world).some(
    ({ item, row }) => ['running', 'waiting'].includes(row.state) && account === namedAccount(world, item),
  );
  if (account === undefined || requested || busy || !worksHere(world, ownerId)) return world;
  return {
    ...world,
    serviceAccounts: world.serviceAccounts.map((one) => (one === account ? { ...one, ownerId } : one)),
    grants: world.grants.map((grant) => (isOf(grant) ? { ...grant, employeeId: ownerId } : grant)),
  };
}

function away(world: World, step: Extract<Step, { readonly kind: 'away' }>, engine: Engine): World {
  const open = tasksOf(world).filter(({ row }) => row.state === 'open');
  // Mostly somebody who has something to decide.
  const delegatorId =
    (step.who % 3 === 0 ? undefined : pick(open, step.who)?.row.reviewerId) ?? found(pick(world.people, step.who)).id;
  const delegateId = found(pick(world.people, step.delegate)).id;
  if (!worksHere(world, delegatorId) || !worksHere(world, delegateId)) return world;
  const { told, used } = circumstancesIn(world, delegatorId);
  const planned = engine.planAbsence(
    {
      delegatorId,
      delegateId,
      startsAt: step.from === 0 ? null : plusMinutes(world.now, step.from),
      endsAt: step.lasts === null ? null : plusMinutes(world.now, step.from + step.lasts),
      note: null,
    },
    world.delegations,
    told,
  );
  return planned.outcome === 'refused'
    ? world
    : { ...world, ids: used() + 1, delegations: [...world.delegations, planned.value] };
}

/** Every absence whose time has come begins or ends, as the command for each of them says. */
function turned(world: World, engine: Engine): World {
  const turn = (one: Delegation): Delegation => {
    const bothWorkHere = worksHere(world, one.delegatorId) && worksHere(world, one.delegateId);
    const due = engine.dueTurn(one, { now: world.now, bothWorkHere });
    if (due === 'nothing') return one;
    return due === 'start' ? { ...one, state: 'active' } : { ...one, state: 'ended' };
  };
  return { ...world, delegations: world.delegations.map(turn) };
}

type Lists = 'people' | 'applications' | 'entitlements' | 'policies' | 'rules';

/** The world with one row of a list changed; as it was, when the list is empty. */
function changed<Name extends Lists>(
  world: World,
  name: Name,
  index: number,
  change: (row: World[Name][number]) => World[Name][number],
): World {
  const rows: readonly World[Name][number][] = world[name];
  const target = pick(rows, index);
  return { ...world, [name]: rows.map((row) => (row === target ? change(row) : row)) };
}
