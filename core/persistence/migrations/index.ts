/**
 * Every migration in its order, listed by hand so that a packed application finds them. Frozen once released.
 * Their code is loaded when there is something to migrate, which is hardly ever.
 */
export const migrations = {
  sqlite: [
    { name: '0001-initial', load: async () => (await import('./sqlite/0001-initial.ts')).Initial },
    { name: '0002-reviews', load: async () => (await import('./sqlite/0002-reviews.ts')).Reviews },
    { name: '0003-lists', load: async () => (await import('./sqlite/0003-lists.ts')).Lists },
    { name: '0004-fulfillment', load: async () => (await import('./sqlite/0004-fulfillment.ts')).Fulfillment },
    { name: '0005-open-tasks', load: async () => (await import('./sqlite/0005-open-tasks.ts')).OpenTasks },
    { name: '0006-tickets', load: async () => (await import('./sqlite/0006-tickets.ts')).Tickets },
    { name: '0007-bulk-handling', load: async () => (await import('./sqlite/0007-bulk-handling.ts')).BulkHandling },
    { name: '0008-credentials', load: async () => (await import('./sqlite/0008-credentials.ts')).Credentials },
    { name: '0009-by-hand', load: async () => (await import('./sqlite/0009-by-hand.ts')).ByHand },
    {
      name: '0010-account-attributes',
      load: async () => (await import('./sqlite/0010-account-attributes.ts')).AccountAttributes,
    },
    { name: '0011-followed-items', load: async () => (await import('./sqlite/0011-followed-items.ts')).FollowedItems },
    { name: '0012-due-tasks', load: async () => (await import('./sqlite/0012-due-tasks.ts')).DueTasks },
  ],
  postgres: [
    { name: '0001-initial', load: async () => (await import('./postgres/0001-initial.ts')).Initial },
    { name: '0002-reviews', load: async () => (await import('./postgres/0002-reviews.ts')).Reviews },
    { name: '0003-lists', load: async () => (await import('./postgres/0003-lists.ts')).Lists },
    { name: '0004-fulfillment', load: async () => (await import('./postgres/0004-fulfillment.ts')).Fulfillment },
    { name: '0005-open-tasks', load: async () => (await import('./postgres/0005-open-tasks.ts')).OpenTasks },
    { name: '0006-tickets', load: async () => (await import('./postgres/0006-tickets.ts')).Tickets },
    { name: '0007-bulk-handling', load: async () => (await import('./postgres/0007-bulk-handling.ts')).BulkHandling },
    { name: '0008-credentials', load: async () => (await import('./postgres/0008-credentials.ts')).Credentials },
    { name: '0009-by-hand', load: async () => (await import('./postgres/0009-by-hand.ts')).ByHand },
    {
      name: '0010-account-attributes',
      load: async () => (await import('./postgres/0010-account-attributes.ts')).AccountAttributes,
    },
    {
      name: '0011-followed-items',
      load: async () => (await import('./postgres/0011-followed-items.ts')).FollowedItems,
    },
    { name: '0012-due-tasks', load: async () => (await import('./postgres/0012-due-tasks.ts')).DueTasks },
  ],
};
