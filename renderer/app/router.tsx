/** Which address shows which screen. Screens load when they are first opened. */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { requestsSearch } from '#renderer/features/requests/requests.search.ts';
import { applicationSearch } from '#renderer/features/applications/application-tabs.ts';
import { newRequestSearch } from '#renderer/features/new-request/new-request.search.ts';
import { tasksSearch } from '#renderer/features/tasks/tasks.search.ts';
import { NotFound } from './not-found.tsx';
import { Root } from './root.tsx';
import { RouteError } from './route-error.tsx';
import { RoutePending } from './route-pending.tsx';

const rootRoute = createRootRoute({ component: Root, notFoundComponent: NotFound });

const dashboardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  component: lazyRouteComponent(() => import('#renderer/features/dashboard/dashboard-page.tsx'), 'DashboardPage'),
});

const tasksRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/tasks',
  validateSearch: tasksSearch,
  component: lazyRouteComponent(() => import('#renderer/features/tasks/tasks-page.tsx'), 'TasksPage'),
});

const requestsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/requests',
  validateSearch: requestsSearch,
  component: lazyRouteComponent(() => import('#renderer/features/requests/requests-page.tsx'), 'RequestsPage'),
});

const newRequestRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/requests/new',
  validateSearch: newRequestSearch,
  component: lazyRouteComponent(() => import('#renderer/features/new-request/new-request-page.tsx'), 'NewRequestPage'),
});

const requestRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/requests/$requestId',
  component: lazyRouteComponent(() => import('#renderer/features/requests/request-page.tsx'), 'RequestPage'),
});

const applicationsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/applications',
  component: lazyRouteComponent(
    () => import('#renderer/features/applications/applications-page.tsx'),
    'ApplicationsPage',
  ),
});

const applicationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/applications/$applicationId',
  validateSearch: applicationSearch,
  component: lazyRouteComponent(
    () => import('#renderer/features/applications/application-page.tsx'),
    'ApplicationPage',
  ),
});

const directoryRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/directory',
  component: lazyRouteComponent(() => import('#renderer/features/directory/directory-page.tsx'), 'DirectoryPage'),
});

const rolesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/roles',
  component: lazyRouteComponent(() => import('#renderer/features/roles/roles-page.tsx'), 'RolesPage'),
});

const employeeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/directory/$employeeId',
  component: lazyRouteComponent(() => import('#renderer/features/directory/employee-page.tsx'), 'EmployeePage'),
});

const rulesRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/rules',
  component: lazyRouteComponent(() => import('#renderer/features/rules/rules-page.tsx'), 'RulesPage'),
});

const workRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/work',
  component: lazyRouteComponent(() => import('#renderer/features/work/work-page.tsx'), 'WorkPage'),
});

const routeTree = rootRoute.addChildren([
  dashboardRoute,
  tasksRoute,
  requestsRoute,
  newRequestRoute,
  requestRoute,
  applicationsRoute,
  applicationRoute,
  directoryRoute,
  employeeRoute,
  rulesRoute,
  rolesRoute,
  workRoute,
]);

/** Hash history: the same addresses work under the shell's own scheme and on the loopback server. */
export function createAppRouter() {
  return createRouter({
    routeTree,
    history: createHashHistory(),
    defaultPreload: 'intent',
    defaultErrorComponent: RouteError,
    defaultPendingComponent: RoutePending,
    defaultPendingMs: 150,
    scrollRestoration: false,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
