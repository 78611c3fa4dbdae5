/** What can change in a workspace, as screens see it. */
export const topics = [
  'workspace',
  'session',
  'requests',
  'tasks',
  'fulfillment',
  'applications',
  'delivery',
  'rules',
  'directory',
  'notices',
  'bulk',
] as const;
export type Topic = (typeof topics)[number];
