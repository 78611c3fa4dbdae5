/** `workspace.setUp`: the first administrator of an own workspace, who is the operator of this console. */
import { z } from 'zod';
import { textSchema } from '#core/contract/schemas.ts';
import { done, refuse } from '#core/domain/errors.ts';
import { newId, type EmployeeId } from '#core/domain/ids.ts';
import { employeeSearchText } from '#core/directory/search-text.ts';
import { insertRows } from '#core/persistence/write-rows.ts';
import { defineCommand } from './command-definition.ts';
import { readWorkspaceSettings, writeWorkspaceSettings } from './workspace-settings.ts';

export const setUpWorkspace = defineCommand({
  type: 'workspace.setUp',
  payload: z.object({
    organisation: textSchema(120).min(1),
    fullName: textSchema(200).min(1),
    workEmail: z.email().max(320),
  }),
  async run(payload, context) {
    const { writer } = context;
    if ((await readWorkspaceSettings(writer)) !== null)
      return refuse('workspace.alreadySetUp', 'This workspace has been set up already.');
    const employeeId = newId<EmployeeId>();
    const person = {
      id: employeeId,
      workEmail: payload.workEmail.toLowerCase(),
      fullName: payload.fullName,
      firstName: null,
      lastName: null,
      department: null,
      jobTitle: null,
      employmentType: null,
      organization: payload.organisation,
      startDate: null,
      endDate: null,
      managerId: null,
      sourceUserId: null,
      status: 'active' as const,
      attributes: {},
    };
    await insertRows(writer, 'employee', [{ ...person, searchText: employeeSearchText(person) }]);
    await insertRows(writer, 'role_assignment', [{ employeeId, role: 'administrator' }]);
    await writeWorkspaceSettings(writer, {
      name: payload.organisation,
      kind: 'own',
      signIn: 'operator',
      operatorId: employeeId,
    });
    context.record({
      type: 'workspace.created',
      requestId: null,
      itemId: null,
      data: { name: payload.organisation, kind: 'own', operatorId: employeeId },
    });
    context.touch('workspace', 'directory');
    return done({ employeeId });
  },
});
