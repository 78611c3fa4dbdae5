/** One request: what was asked, who decides, what happened in the applications, and the trail of it all. */
import { Skeleton, Stack } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { RequestDetail, RequestId } from '#core/contract/index.ts';
import { messageOfError } from '#renderer/data/errors.ts';
import { ButtonLink } from '#renderer/ui/button-link.tsx';
import { ErrorState } from '#renderer/ui/error-state.tsx';
import { Page } from '#renderer/ui/page.tsx';
import { StateBadge } from '#renderer/ui/state-badge.tsx';
import { TimeText } from '#renderer/ui/time-text.tsx';
import { TextLink } from '#renderer/ui/text-link.tsx';
import { CancelRequest } from './cancel-request.tsx';
import { ItemList } from './item-list.tsx';
import { lastList } from './last-list.ts';
import { ReportMenu } from './report-menu.tsx';
import { Conversation } from './conversation.tsx';
import { RequestFacts } from './request-facts.tsx';
import { requestQuery } from './requests.queries.ts';
import { Trail } from './trail.tsx';
import classes from './request-page.module.css';

export function RequestPage() {
  const { requestId } = useParams({ from: '/requests/$requestId' });
  // One request's page must not keep the state of another's.
  return <RequestById key={requestId} requestId={requestId as RequestId} />;
}

function RequestById({ requestId }: { readonly requestId: RequestId }) {
  const request = useQuery(requestQuery(requestId));
  if (request.data !== undefined) return <RequestScreen request={request.data} />;
  return (
    <Page title="Request" above={<Back />}>
      {request.isError ? (
        <ErrorState
          title="This request cannot be shown"
          message={messageOfError(request.error)}
          onRetry={() => void request.refetch()}
        />
      ) : (
        <Stack gap="md" role="status" aria-label="Loading the request">
          <Skeleton height={64} />
          <Skeleton height={180} />
          <Skeleton height={180} />
        </Stack>
      )}
    </Page>
  );
}

function RequestScreen({ request }: { readonly request: RequestDetail }) {
  return (
    <Page
      title={`Request #${request.number}`}
      above={<Back />}
      beside={<StateBadge kind="request" state={request.state} />}
      subtitle={
        <>
          {request.requester.fullName} asked <TimeText at={request.submittedAt} />
          {request.endedAt !== null && (
            <>
              , ended <TimeText at={request.endedAt} />
            </>
          )}
          .
        </>
      }
      actions={
        <>
          {request.mayAskAgain && (
            <ButtonLink to="/requests/new" search={{ request: request.id }} variant="default">
              Ask again
            </ButtonLink>
          )}
          {request.mayCancel && <CancelRequest request={request} />}
          <ReportMenu requestId={request.id} number={request.number} />
        </>
      }
    >
      <RequestFacts request={request} />
      <Conversation requestId={request.id} />
      <div className={classes.columns}>
        <ItemList request={request} />
        <Trail requestId={request.id} isPart={request.isPart} />
      </div>
    </Page>
  );
}

function Back() {
  return (
    <TextLink to="/requests" search={lastList() ?? {}} size="sm" style={{ alignSelf: 'flex-start' }}>
      <IconArrowLeft size={14} style={{ verticalAlign: -2, marginInlineEnd: 4 }} aria-hidden />
      Access requests
    </TextLink>
  );
}
