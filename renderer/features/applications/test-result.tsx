/** What a test of a connection found, check by check. */
import { Group, Text } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import classes from './applications.module.css';

export interface TestResultProps {
  readonly result: {
    readonly passed: boolean;
    readonly checks: readonly { readonly name: string; readonly passed: boolean; readonly message: string }[];
  };
}

export function TestResult({ result }: TestResultProps) {
  const section = useRef<HTMLElement>(null);
  // A long form has it below what is seen, and the checks that failed lower still.
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'nearest' });
  }, [result]);
  const failed = result.checks.filter((check) => !check.passed).length;
  return (
    <section ref={section} aria-live="polite" aria-label="Result of the test">
      <Text size="sm" fw={600} mb={6} className={result.passed ? classes.passed : classes.failed}>
        {result.passed ? 'The connection works.' : `${failed === 1 ? '1 check' : `${failed} checks`} failed.`}
      </Text>
      <ul className={classes.plainList}>
        {result.checks.map((check) => (
          <li key={check.name} className={classes.listRow}>
            <Group gap="sm" wrap="nowrap" align="flex-start">
              <span className={check.passed ? classes.passed : classes.failed} style={{ flex: 'none' }}>
                {check.passed ? <IconCircleCheck size={18} aria-hidden /> : <IconCircleX size={18} aria-hidden />}
                <span className="visually-hidden">{check.passed ? 'Passed' : 'Failed'}</span>
              </span>
              <div style={{ minWidth: 0 }}>
                <Text size="sm" fw={500}>
                  {check.name}
                </Text>
                <Text size="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                  {check.message}
                </Text>
              </div>
            </Group>
          </li>
        ))}
      </ul>
    </section>
  );
}
