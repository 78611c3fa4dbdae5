/** Unit and integration tests beside the code. One Postgres server serves all files of core; each makes its own database. */
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that take minutes. Begun last, they would keep one core waiting for the other. */
const longest = ['core/cli/replay/', 'core/fulfillment/kill.', 'core/fulfillment/hostile.', 'core/reviews/bulk-kill.'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((path) => moduleId.includes(path));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    // One more than the cores of a small machine: tests of servers, leases and kills also wait.
    maxWorkers: 3,
    passWithNoTests: false,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'core',
          include: ['core/**/*.test.ts'],
          globalSetup: ['core/testing/global-setup.ts'],
          // No judgement on speed: it ends what hangs, also on a machine that is busy with something else.
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      { extends: true, test: { name: 'renderer', include: ['renderer/**/*.test.ts', 'renderer/**/*.test.tsx'] } },
      {
        test: {
          name: 'electron',
          include: ['electron/**/*.test.ts'],
          // It imports electron, which a test must be able to replace: the real package would download itself.
          server: { deps: { inline: ['electron-store'] } },
        },
      },
      { test: { name: 'tools', include: ['.ci/**/*.test.ts'], testTimeout: 90_000 } },
    ],
  },
});
