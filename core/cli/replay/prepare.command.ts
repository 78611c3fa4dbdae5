/** `replay.prepare`: a batch of the people and entitlements of a recorded history, which has no import file of its own. */
import { z } from 'zod';
import { defineCommand, onlySystem } from '#core/commands/command-definition.ts';
import { idSchema } from '#core/contract/schemas.ts';
import { employeeSearchText, entitlementSearchText } from '#core/directory/search-text.ts';
import { done, refuse } from '#core/domain/errors.ts';
import type { ApplicationId, EmployeeId, EntitlementId } from '#core/domain/ids.ts';
import { insertRows } from '#core/persistence/write-rows.ts';

const personSchema = z.object({
  id: idSchema<EmployeeId>(),
  workEmail: z.string(),
  fullName: z.string(),
  department: z.string().nullable(),
  jobTitle: z.string().nullable(),
  managerId: idSchema<EmployeeId>().nullable(),
  attributes: z.record(z.string(), z.string()),
});
export type PreparedPerson = z.output<typeof personSchema>;

const entitlementSchema = z.object({ id: idSchema<EntitlementId>(), externalId: z.string(), name: z.string() });
export type PreparedEntitlement = z.output<typeof entitlementSchema>;

export const prepareReplay = defineCommand({
  type: 'replay.prepare',
  payload: z.object({
    applicationId: idSchema<ApplicationId>(),
    people: z.array(personSchema),
    entitlements: z.array(entitlementSchema),
  }),
  async run({ applicationId, people, entitlements }, context) {
    const allowed = onlySystem(context);
    if (allowed.outcome === 'refused') return allowed;
    const { writer } = context;
    const application = await writer
      .selectFrom('application')
      .select('name')
      .where('id', '=', applicationId)
      .executeTakeFirst();
    if (application === undefined) return refuse('application.notFound', 'This application does not exist.');
    await insertRows(
      writer,
      'employee',
      people.map((person) => ({
        ...person,
        firstName: null,
        lastName: null,
        employmentType: null,
        organization: null,
        startDate: null,
        endDate: null,
        sourceUserId: null,
        status: 'active' as const,
        searchText: employeeSearchText(person),
      })),
    );
    await insertRows(
      writer,
      'entitlement',
      entitlements.map((entitlement) => ({
        ...entitlement,
        applicationId,
        resourceId: null,
        kind: 'resource',
        purpose: null,
        description: null,
        risk: 'low' as const,
        businessOwnerId: null,
        maximumDurationMinutes: null,
        reviewSettings: null,
        status: 'active' as const,
        lastSeenRunId: null,
        searchText: entitlementSearchText(
          { name: entitlement.name, kind: 'resource', description: null },
          application.name,
        ),
      })),
    );
    const counts = { employees: people.length, entitlements: entitlements.length };
    context.record({
      type: 'directory.imported',
      requestId: null,
      itemId: null,
      data: {
        applicationId,
        kind: 'people and entitlements of a recorded history',
        created: people.length + entitlements.length,
      },
    });
    context.touch('directory', 'applications');
    return done(counts);
  },
});
