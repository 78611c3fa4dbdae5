/** `application.create` and `application.change`: rare configuration, so it goes through the unit of work. */
import { z } from 'zod';
import { applicationSettingsSchema } from '#core/contract/directory.contract.ts';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import { newId, type ApplicationId, type EmployeeId } from '#core/domain/ids.ts';
import { ApplicationEntity, SecondaryOwnerEntity } from '#core/persistence/entities/directory.entities.ts';
import type { Writer } from '#core/persistence/tables.ts';
import { isAdministrator, mayManageApplication } from './authority.ts';
import { defineCommand, type CommandContext } from './command-definition.ts';
import { routeProblem } from './rules-authority.ts';

type Settings = z.output<typeof applicationSettingsSchema>;

export const createApplication = defineCommand({
  type: 'application.create',
  unitOfWork: true,
  payload: applicationSettingsSchema,
  async run(payload, context) {
    const { actor } = context.command;
    if (actor.kind === 'employee' && !(await isAdministrator(context.writer, actor.employeeId))) {
      return refuse('access.notAllowed', 'Only an administrator can add an application.');
    }
    const problem = await settingsProblem(context.writer, payload, null);
    if (problem.outcome === 'refused') return problem;
    const applicationId = newId<ApplicationId>();
    const manager = context.unitOfWork();
    manager.create(ApplicationEntity, { id: applicationId, version: 1, ...columnsOf(payload) });
    await manager.flush();
    await writeSecondaryOwners(context, applicationId, payload.secondaryOwnerIds);
    context.record({
      type: 'application.created',
      requestId: null,
      itemId: null,
      data: { applicationId, settings: payload },
    });
    context.touch('applications');
    return done({ applicationId });
  },
});

export const changeApplication = defineCommand({
  type: 'application.change',
  unitOfWork: true,
  payload: applicationSettingsSchema.extend({ applicationId: idSchema<ApplicationId>(), version: z.number().int() }),
  async run({ applicationId, version, ...settings }, context) {
    const { actor } = context.command;
    if (actor.kind === 'employee' && !(await mayManageApplication(context.writer, actor.employeeId, applicationId))) {
      return refuse('access.notAllowed', 'Only an administrator or an owner can change this application.');
    }
    const manager = context.unitOfWork();
    const application = await manager.findOne(ApplicationEntity, { id: applicationId });
    if (application === null) return refuse('application.notFound', 'This application does not exist.');
    if (application.version !== version) return changedMeanwhile(application.version);
    const problem = await settingsProblem(context.writer, settings, applicationId);
    if (problem.outcome === 'refused') return problem;
    const before = {
      name: application.name,
      fulfillment: application.fulfillment,
      reviewSettings: application.reviewSettings,
      primaryOwnerId: application.primaryOwnerId,
    };
    // The version stands in the condition: a console that read at the same moment finds nothing left to change.
    const changed = await manager.nativeUpdate(
      ApplicationEntity,
      { id: applicationId, version },
      { ...columnsOf(settings), version: version + 1 },
    );
    if (changed === 0) return changedMeanwhile(version + 1);
    await writeSecondaryOwners(context, applicationId, settings.secondaryOwnerIds);
    context.record({
      type: 'application.changed',
      requestId: null,
      itemId: null,
      data: { applicationId, version: version + 1, before, settings },
    });
    context.touch('applications');
    return done({ version: version + 1 });
  },
});

function changedMeanwhile(version: number) {
  return refuse(
    'application.invalid',
    'Somebody else has changed this application meanwhile. Look at it again, then change it.',
    { version },
  );
}

function columnsOf(settings: Settings) {
  const { name, description, primaryOwnerId, fulfillment, reviewSettings } = settings;
  return { name, nameKey: name.toLowerCase(), description, primaryOwnerId, fulfillment, reviewSettings };
}

async function settingsProblem(
  writer: Writer,
  settings: Settings,
  itself: ApplicationId | null,
): Promise<Result<null>> {
  const taken = await writer
    .selectFrom('application')
    .select('id')
    .where('name_key', '=', settings.name.toLowerCase())
    .executeTakeFirst();
  if (taken !== undefined && taken.id !== itself)
    return refuse('application.nameTaken', `There is an application called ${settings.name} already.`);
  const people = [
    ...new Set([...settings.secondaryOwnerIds, ...(settings.primaryOwnerId === null ? [] : [settings.primaryOwnerId])]),
  ];
  if (people.length > 0) {
    const known = await writer
      .selectFrom('employee')
      .select('id')
      .where('id', 'in', people)
      .where('status', '=', 'active')
      .execute();
    if (known.length < people.length)
      return refuse('application.invalid', 'An owner is not in the directory, or no longer works here.');
  }
  const problem = await routeProblem(writer, settings.reviewSettings);
  return problem === null ? done(null) : refuse('application.invalid', problem.message);
}

/** Replaces the list. Ownership is configuration, not history: who changed it and when is in the trail. */
async function writeSecondaryOwners(
  context: CommandContext,
  applicationId: ApplicationId,
  owners: readonly EmployeeId[],
): Promise<void> {
  const manager = context.unitOfWork();
  await manager.nativeDelete(SecondaryOwnerEntity, { applicationId });
  const distinct = [...new Set(owners)];
  if (distinct.length > 0) {
    await manager.insertMany(
      SecondaryOwnerEntity,
      distinct.map((employeeId, position) => ({ applicationId, employeeId, position })),
    );
  }
}
