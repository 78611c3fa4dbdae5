/**
 * Running commands from a screen. One intent of a person is one command id: pressing the button again
 * after a broken connection repeats the same command, and the engine answers with its first result.
 */
import { useMutation } from '@tanstack/react-query';
import { notifications } from '@mantine/notifications';
import { useRef } from 'react';
import type { Refusal, Result } from '#core/contract/index.ts';
import { CommandIntents } from './command-intents.ts';
import { connection, ConnectionLostError } from './connection.ts';
import { messageOfError } from './errors.ts';

export interface CommandOptions<Value, Input> {
  /** Shown as a notification when it is done; leave out when the screen itself shows the success. */
  readonly success?: string | ((value: Value, input: Input) => string);
  readonly onDone?: (value: Value, input: Input) => void;
  readonly onRefused?: (refusal: Refusal, input: Input) => void;
  /** `inline`: the screen shows `refusal` and `problem` itself; `notification` (default): they pop up. */
  readonly report?: 'inline' | 'notification';
}

export interface CommandHandle<Value, Input> {
  /** Runs it; resolves to the result, or to null when it failed (see `problem`). Never rejects. */
  readonly run: (input: Input) => Promise<Result<Value> | null>;
  readonly isPending: boolean;
  /** Why the engine refused the last run; null otherwise. */
  readonly refusal: Refusal | null;
  /** A fault of the last run (not a refusal) as a sentence; null otherwise. */
  readonly problem: string | null;
  readonly reset: () => void;
}

/** How often a run that was interrupted is repeated, with the same id, once the connection is back. */
const repeats = 5;

/**
 * @example
 * const cancel = useCommand(client.requests.cancel, { success: 'The request is cancelled.' });
 * await cancel.run({ requestId, basedOn: version, reason: null });
 */
export function useCommand<CallInput extends { readonly commandId: string }, Value>(
  call: (input: CallInput) => Promise<Result<Value>>,
  options: CommandOptions<Value, Omit<CallInput, 'commandId'>> = {},
): CommandHandle<Value, Omit<CallInput, 'commandId'>> {
  type Input = Omit<CallInput, 'commandId'>;
  const intents = useRef<CommandIntents | null>(null);
  intents.current ??= new CommandIntents();

  const mutation = useMutation<Result<Value>, Error, Input>({
    networkMode: 'always',
    mutationFn: async (input) => {
      const ids = intents.current ?? new CommandIntents();
      const commandId = ids.idFor(input);
      const result = await callUntilAnswered(() => call({ ...input, commandId } as unknown as CallInput));
      ids.answered(commandId);
      return result;
    },
  });

  async function run(input: Input): Promise<Result<Value> | null> {
    const popUp = options.report !== 'inline';
    let result: Result<Value>;
    try {
      result = await mutation.mutateAsync(input);
    } catch (thrown) {
      if (popUp) showProblem('That did not work', messageOfError(thrown));
      return null;
    }
    if (result.outcome === 'refused') {
      if (popUp) showProblem('Not done', result.refusal.message);
      options.onRefused?.(result.refusal, input);
    } else {
      const success = typeof options.success === 'function' ? options.success(result.value, input) : options.success;
      if (success !== undefined) notifications.show({ message: success, color: 'green' });
      options.onDone?.(result.value, input);
    }
    return result;
  }

  return {
    run,
    isPending: mutation.isPending,
    refusal: mutation.data?.outcome === 'refused' ? mutation.data.refusal : null,
    problem: mutation.error === null ? null : messageOfError(mutation.error),
    reset: mutation.reset,
  };
}

async function callUntilAnswered<Value>(call: () => Promise<Value>): Promise<Value> {
  for (let left = repeats; ; left -= 1) {
    try {
      return await call();
    } catch (thrown) {
      if (!(thrown instanceof ConnectionLostError) || left === 0) throw thrown;
      await connection.whenOpen();
    }
  }
}

function showProblem(title: string, message: string): void {
  notifications.show({ title, message, color: 'red', autoClose: 10_000 });
}
