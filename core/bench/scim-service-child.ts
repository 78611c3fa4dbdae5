/** The sample's SCIM service in a process of its own, as applications have theirs. Says where it is; ends with its standard input. */
import { startSampleScimService } from '#core/sample/scim-service.ts';

const [, , directory = '', people = '0', groups = '0'] = process.argv;
const names = (prefix: string, count: string) =>
  Array.from({ length: Number(count) }, (_, index) => `${prefix}-${index}`);
const service = await startSampleScimService({ directory });
// The product's and the floor's people and groups: as many of each, so that both grow alike.
const seeded = await service.seed(
  [...names('group', groups), ...names('bare-group', groups)].map((displayName) => ({ displayName })),
  [...names('person', people), ...names('bare-person', people)].map((name) => ({
    userName: `${name}@bench.example`,
    displayName: name,
    email: `${name}@bench.example`,
  })),
);
process.stdout.write(`${JSON.stringify({ baseUrl: service.baseUrl, token: service.token, ...seeded })}\n`);
process.stdin.resume().on('end', () => void service.close());
