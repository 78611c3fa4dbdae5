/** What the page on security says of a test: `npm run docs:security` reads it from the source. */

/** @param description the line of the list of promises that the test stands for */
export const guards = (description: string) => ({ annotation: { type: 'security', description } });
