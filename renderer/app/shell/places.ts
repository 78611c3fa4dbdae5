/** Where one can go, for the navigation, the palette and the `g` keys alike. */
import {
  IconApps,
  IconChecklist,
  IconLayoutDashboard,
  IconListDetails,
  IconPackages,
  IconPlus,
  IconScale,
  IconUsers,
  type Icon,
} from '@tabler/icons-react';

export interface Place {
  readonly to: '/' | '/requests/new' | '/tasks' | '/requests' | '/applications' | '/roles' | '/directory' | '/rules';
  readonly label: string;
  readonly icon: Icon;
  /** Pressed after `g`. */
  readonly key: string;
  readonly says: string;
  /** Only for people with a role: risk managers and administrators. */
  readonly forRoles?: boolean;
}

const places: readonly Place[] = [
  {
    to: '/',
    label: 'Dashboard',
    icon: IconLayoutDashboard,
    key: 'd',
    says: 'What waits for you and how the workspace is doing',
  },
  {
    to: '/requests/new',
    label: 'New request',
    icon: IconPlus,
    key: 'n',
    says: 'Ask for access, for yourself or for others',
  },
  { to: '/tasks', label: 'My tasks', icon: IconChecklist, key: 't', says: 'Decide what waits for you' },
  {
    to: '/requests',
    label: 'Access requests',
    icon: IconListDetails,
    key: 'r',
    says: 'Follow requests, open and completed',
  },
  {
    to: '/applications',
    label: 'Applications',
    icon: IconApps,
    key: 'a',
    says: 'Applications, their connections and entitlements',
  },
  {
    to: '/roles',
    label: 'Roles',
    icon: IconPackages,
    key: 'o',
    says: 'Bundles of entitlements that are asked for as one',
  },
  {
    to: '/rules',
    label: 'Rules',
    icon: IconScale,
    key: 'u',
    says: 'Policies, conflicts of duty, reviewer groups and how reviews work',
    forRoles: true,
  },
  { to: '/directory', label: 'Directory', icon: IconUsers, key: 'e', says: 'Employees and what they hold' },
];

/** The places a person may go to. The engine checks every call regardless. */
export function placesFor(operator: { readonly roles: readonly string[] }): readonly Place[] {
  return operator.roles.length > 0 ? places : places.filter((place) => place.forRoles !== true);
}
