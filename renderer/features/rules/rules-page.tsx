/** The rules of review: administrators keep them, risk managers read them. */
import { Tabs } from '@mantine/core';
import { useState } from 'react';
import { Page } from '#renderer/ui/page.tsx';
import { ConflictRules } from './conflict-rules.tsx';
import { Policies } from './policies.tsx';
import { ReviewerGroups } from './reviewer-groups.tsx';
import { WorkspaceReview } from './workspace-review.tsx';

export function RulesPage() {
  const [tab, setTab] = useState<string | null>('policies');
  return (
    <Page
      title="Rules"
      subtitle="What decides or routes before an application’s own settings are asked. Every change is in the trail."
    >
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="policies">Policies</Tabs.Tab>
          <Tabs.Tab value="conflicts">Conflicts of duty</Tabs.Tab>
          <Tabs.Tab value="groups">Reviewer groups</Tabs.Tab>
          <Tabs.Tab value="settings">Review settings</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="policies">
          <Policies />
        </Tabs.Panel>
        <Tabs.Panel value="conflicts">
          <ConflictRules />
        </Tabs.Panel>
        <Tabs.Panel value="groups">
          <ReviewerGroups />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <WorkspaceReview />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}
