/** Unit and integration tests beside the code. One Postgres server serves all files of core; each makes its own database. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    maxWorkers: 2,
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'core',
          include: ['core/**/*.test.ts'],
          globalSetup: ['core/testing/global-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 30_000,
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
      { test: { name: 'tools', include: ['.ci/**/*.test.ts'], testTimeout: 30_000 } },
    ],
  },
});
