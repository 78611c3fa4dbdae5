/** Which queries a change of the engine's topics outdates. */
import type { QueryKey } from '@tanstack/react-query';
import type { Topic } from '#core/contract/index.ts';
import { orpc } from './client.ts';

/** What each topic shows up in. Progress, grants and counts cross the borders of a topic. */
export function keysOf(topic: Topic): readonly QueryKey[] {
  switch (topic) {
    case 'workspace':
      return [orpc.workspace.key(), orpc.session.key(), orpc.dashboard.key()];
    case 'session':
      return [orpc.session.key()];
    case 'requests':
      return [orpc.requests.key(), orpc.filling.key(), orpc.dashboard.key()];
    case 'tasks':
      return [
        orpc.tasks.key(),
        orpc.bulk.count.key(),
        orpc.handling.key(),
        orpc.delegations.key(),
        orpc.requests.key(),
        orpc.dashboard.key(),
      ];
    case 'fulfillment':
      return [
        orpc.fulfillment.key(),
        orpc.requests.key(),
        orpc.dashboard.key(),
        orpc.directory.employee.key(),
        orpc.applications.accounts.key(),
        orpc.applications.entitlements.key(),
      ];
    case 'applications':
      // What a request would come to follows from the settings of its applications.
      return [orpc.applications.key(), orpc.dashboard.key(), orpc.filling.key(), orpc.requests.preview.key()];
    case 'delivery':
      return [orpc.applications.key(), orpc.dashboard.key()];
    case 'rules':
      return [orpc.rules.key(), orpc.requests.preview.key()];
    case 'directory':
      return [
        orpc.directory.key(),
        orpc.accessRoles.key(),
        orpc.filling.key(),
        orpc.requests.preview.key(),
        orpc.session.key(),
        orpc.dashboard.key(),
      ];
    case 'notices':
      return [orpc.notices.key()];
    case 'bulk':
      return [orpc.bulk.recent.key(), orpc.bulk.results.key()];
  }
}
