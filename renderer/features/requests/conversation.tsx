/** What reviewers asked about a request and what was answered, with the place to answer for whom it concerns. */
import { Button, Group, Stack, Text, Textarea, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RequestId, ReviewMessageId } from '#core/contract/index.ts';
import { client, orpc } from '#renderer/data/client.ts';
import { useCommand } from '#renderer/data/command.ts';
import { TimeText } from '#renderer/ui/time-text.tsx';

/** Nothing while nobody has asked anything. */
export function Conversation({ requestId }: { readonly requestId: RequestId }) {
  const conversation = useQuery(orpc.handling.conversation.queryOptions({ input: { requestId } }));
  const messages = conversation.data?.messages ?? [];
  if (messages.length === 0) return null;
  return (
    <section aria-label="Questions and answers">
      <Title order={2} size="h5" mb="xs">
        Questions and answers
      </Title>
      <Stack gap="sm">
        {messages.map((message) => (
          <div key={message.id}>
            <Text size="xs" c="dimmed">
              {message.author.fullName} {message.kind === 'question' ? 'asked' : 'answered'}{' '}
              <TimeText at={message.at} />
            </Text>
            <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {message.text}
            </Text>
            {message.mayAnswer && <AnswerForm questionId={message.id} />}
          </div>
        ))}
      </Stack>
    </section>
  );
}

function AnswerForm({ questionId }: { readonly questionId: ReviewMessageId }) {
  const [text, setText] = useState('');
  const answer = useCommand(client.handling.answer, {
    report: 'inline',
    success: 'Your answer was sent.',
    onDone: () => setText(''),
  });
  return (
    <Group align="flex-end" mt={6}>
      <Textarea
        label="Your answer"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        maxLength={2000}
        autosize
        minRows={1}
        style={{ flex: 1 }}
        error={answer.refusal?.message ?? answer.problem}
      />
      <Button
        disabled={text.trim() === ''}
        loading={answer.isPending}
        onClick={() => void answer.run({ questionId, text })}
      >
        Answer
      </Button>
    </Group>
  );
}
