/** An own workspace on this machine belongs to the person who set it up. */
import { Alert, Button, Paper, Stack, Text, Title } from '@mantine/core';
import type { EmployeeId, Person } from '#core/contract/index.ts';
import { PersonLabel } from '#renderer/ui/person-label.tsx';
import classes from './sign-in.module.css';

export interface ContinueAsOperatorProps {
  readonly operator: Person | null;
  readonly pending: boolean;
  readonly problem: string | null;
  readonly onContinue: (employeeId: EmployeeId) => void;
}

export function ContinueAsOperator({ operator, pending, problem, onContinue }: ContinueAsOperatorProps) {
  return (
    <div className={classes.choose} style={{ justifyContent: 'center' }}>
      <Stack gap="md" maw={420}>
        <Title order={2} fz={18}>
          Sign in
        </Title>
        {operator === null ? (
          <Alert color="red" variant="light" role="alert">
            This workspace does not name its operator. Start Gatehouse again; if it stays like this, the log on this
            machine says why.
          </Alert>
        ) : (
          <>
            <Paper withBorder p="md">
              <PersonLabel person={operator} detail="email" size="md" />
            </Paper>
            <Button onClick={() => onContinue(operator.id)} loading={pending}>
              Continue as {operator.fullName}
            </Button>
            <Text size="xs" c="dimmed">
              Nobody else signs in here. Whoever can open this account of this machine can open the workspace.
            </Text>
          </>
        )}
        {problem !== null && (
          <Alert color="red" variant="light" role="alert">
            {problem}
          </Alert>
        )}
      </Stack>
    </div>
  );
}
