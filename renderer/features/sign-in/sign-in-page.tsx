/** Signing in to the workspace of this machine: as the operator who set it up, or as anyone in the sample. */
import { Text, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { EmployeeId, WorkspaceStatus } from '#core/contract/index.ts';
import { client } from '#renderer/data/client.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { changePerson } from '#renderer/data/session.ts';
import { Mark } from '#renderer/ui/mark.tsx';
import { ChoosePerson } from './choose-person.tsx';
import { ContinueAsOperator } from './continue-as-operator.tsx';
import classes from './sign-in.module.css';

export function SignInPage({ status }: { readonly status: WorkspaceStatus }) {
  const queryClient = useQueryClient();
  const [pendingId, setPendingId] = useState<EmployeeId | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    document.title = 'Sign in · Gatehouse';
  }, []);

  async function signIn(employeeId: EmployeeId): Promise<void> {
    setPendingId(employeeId);
    setProblem(null);
    try {
      const result = await client.session.signIn({ employeeId });
      if (result.outcome === 'refused') setProblem(result.refusal.message);
      else await changePerson(queryClient, result.value);
    } catch (thrown) {
      setProblem(messageOfError(thrown));
    }
    setPendingId(null);
  }

  const choosing = status.signIn !== 'operator';
  return (
    <main className={classes.page}>
      <div className={classes.side}>
        <Mark size={40} />
        <Title order={1} fz={24}>
          {status.name ?? 'Gatehouse'}
        </Title>
        <Text size="sm">Access requests, reviews and the evidence of both.</Text>
        {choosing && (
          <div className={classes.note} role="note">
            <strong>This sample workspace does not check who you are.</strong>
            <br />
            Choose any of its made-up people to see Gatehouse through their eyes. You can switch at any time, and open
            several windows as different people at once.
          </div>
        )}
      </div>
      {choosing ? (
        <ChoosePerson pendingId={pendingId} problem={problem} onChoose={(id) => void signIn(id)} />
      ) : (
        <ContinueAsOperator
          operator={status.operator}
          pending={pendingId !== null}
          problem={problem}
          onContinue={(id) => void signIn(id)}
        />
      )}
    </main>
  );
}
