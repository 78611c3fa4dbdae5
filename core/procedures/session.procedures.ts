/** Who is signed in to a window. */
import { readWorkspaceSettings } from '#core/commands/workspace-settings.ts';
import type { Operator } from '#core/contract/index.ts';
import { done, refuse, type Result } from '#core/domain/errors.ts';
import type { EmployeeId } from '#core/domain/ids.ts';
import { operatorsOf } from '#core/queries/operators.ts';
import { loadPeople } from '#core/queries/people.ts';
import { listSignInChoices } from '#core/queries/sign-in-choices.ts';
import type { CallContext } from '#core/workspace.ts';
import { currentViewer, type Procedures } from './context.ts';

export function sessionProcedures({ anyone }: Procedures) {
  return {
    choices: anyone.session.choices.handler(async ({ context: { workspace }, input }) => {
      const { read } = workspace.database;
      return listSignInChoices(read, await readWorkspaceSettings(read), input);
    }),

    current: anyone.session.current.handler(async ({ context }) => {
      const viewer = await currentViewer(context);
      if (viewer === null) return null;
      const [operator] = await operatorsOf(context.workspace.database.read, [viewer.person]);
      return operator ?? null;
    }),

    signIn: anyone.session.signIn.handler(({ context, input }) => signIn(context, input.employeeId)),

    signOut: anyone.session.signOut.handler(({ context: { session } }) => {
      session.signOut();
      return {};
    }),

    windowLink: anyone.session.windowLink.handler(({ context: { session } }) => ({ url: session.windowLink() })),
  };
}

/** Anybody who works here, where people choose who they are; else only the operator. */
async function signIn({ workspace, session }: CallContext, employeeId: EmployeeId): Promise<Result<Operator>> {
  const { read } = workspace.database;
  const settings = await readWorkspaceSettings(read);
  if (settings === null) return refuse('workspace.notSetUp', 'This workspace has not been set up yet.');
  if (settings.signIn === 'operator' && settings.operatorId !== employeeId) {
    return refuse('access.notAllowed', 'Only the person who set up this workspace signs in to it here.');
  }
  const person = (await loadPeople(read, [employeeId])).get(employeeId);
  if (person === undefined) return refuse('employee.notFound', 'This person is not in the directory.');
  if (person.status === 'left')
    return refuse('access.notAllowed', `${person.fullName} no longer works here and cannot sign in.`);
  const [operator] = await operatorsOf(read, [person]);
  if (operator === undefined) return refuse('employee.notFound', 'This person is not in the directory.');
  session.signIn(employeeId);
  return done(operator);
}
