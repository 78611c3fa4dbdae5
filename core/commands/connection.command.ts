/** `connection.set` and `connection.recordTest`: how an application is reached. Secrets never come this way. */
import { z } from 'zod';
import { idSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type ApplicationId, type ConnectorInstanceId } from '#core/domain/ids.ts';
import { ApplicationEntity, ConnectorInstanceEntity } from '#core/persistence/entities/directory.entities.ts';
import { mayManageApplication } from './authority.ts';
import { defineCommand } from './command-definition.ts';
import { forgetCredentialFaults } from './credential.command.ts';

export const setConnection = defineCommand({
  type: 'connection.set',
  unitOfWork: true,
  payload: z.object({
    applicationId: idSchema<ApplicationId>(),
    connector: z.string().min(1).max(50),
    /** Parsed by the connector before it gets here; secrets are not in it. */
    configuration: z.record(z.string(), z.union([z.string(), z.number()])),
    secretName: z.string().min(1).max(200),
    /** Names of the secret fields that were set with it, for the trail. */
    secretsSet: z.array(z.string()),
  }),
  async run(payload, context) {
    const { actor } = context.command;
    if (
      actor.kind === 'employee' &&
      !(await mayManageApplication(context.writer, actor.employeeId, payload.applicationId))
    ) {
      return refuse('access.notAllowed', 'Only an administrator or an owner can change this connection.');
    }
    const { applicationId, connector, configuration, secretName } = payload;
    const manager = context.unitOfWork();
    const application = await manager.findOne(ApplicationEntity, { id: applicationId });
    if (application === null) return refuse('application.notFound', 'This application does not exist.');
    const instance = await manager.findOne(ConnectorInstanceEntity, { applicationId });
    const settings = {
      connector,
      configuration,
      secretName,
      lastTestedAt: null,
      lastTestOutcome: null,
      lastTestMessage: null,
      changedAt: context.circumstances.now,
      lastUsedAt: null,
    };
    if (instance === null)
      manager.create(ConnectorInstanceEntity, { id: newId<ConnectorInstanceId>(), applicationId, ...settings });
    else manager.assign(instance, settings);
    await manager.flush();
    await forgetCredentialFaults(context, applicationId);
    context.record({
      type: 'connection.changed',
      requestId: null,
      itemId: null,
      data: { applicationId, connector, configuration, secretsSet: payload.secretsSet },
    });
    context.touch('applications', 'fulfillment');
    return done({});
  },
});

export const recordConnectionTest = defineCommand({
  type: 'connection.recordTest',
  unitOfWork: true,
  payload: z.object({ applicationId: idSchema<ApplicationId>(), passed: z.boolean(), message: z.string().max(2000) }),
  async run({ applicationId, passed, message }, context) {
    const manager = context.unitOfWork();
    const instance = await manager.findOne(ConnectorInstanceEntity, { applicationId });
    if (instance === null) return refuse('connection.notConfigured', 'This application has no connection yet.');
    manager.assign(instance, {
      lastTestedAt: context.circumstances.now,
      lastTestOutcome: passed ? 'passed' : 'failed',
      lastTestMessage: message,
    });
    await manager.flush();
    if (passed) await forgetCredentialFaults(context, applicationId);
    context.record({
      type: 'connection.tested',
      requestId: null,
      itemId: null,
      data: { applicationId, passed, message },
    });
    context.touch('applications');
    return done({});
  },
});
