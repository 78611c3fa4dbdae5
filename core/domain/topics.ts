/** What can change in a workspace, as screens see it. */
export const topics = [
  'workspace',
  'session',
  'requests',
  'tasks',
  'fulfillment',
  'applications',
  'rules',
  'directory',
  'notices',
  'bulk',
] as const;
export type Topic = (typeof topics)[number];
