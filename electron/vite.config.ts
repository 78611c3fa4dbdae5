/**
 * How the shell is built: `main` as one ES module, the preload as one CommonJS file (a sandboxed preload can be
 * nothing else). The engine's process is built by core/vite.config.ts.
 */
import { join } from 'node:path';
import { defineConfig } from 'vite';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist', 'electron');

/** Everything in node_modules stays there: native parts cannot be bundled, and the rest need not be. */
const shared = { sourcemap: true, minify: false, target: 'node24', emptyOutDir: true, copyPublicDir: false } as const;

export default defineConfig({
  root,
  publicDir: false,
  builder: {
    async buildApp(builder) {
      for (const name of ['main', 'preload']) {
        const environment = builder.environments[name];
        if (environment !== undefined) await builder.build(environment);
      }
    },
  },
  environments: {
    main: {
      consumer: 'server',
      resolve: { external: true },
      build: {
        ...shared,
        ssr: true,
        outDir: out,
        rolldownOptions: { input: join(root, 'electron/main.ts'), output: { format: 'es', entryFileNames: 'main.js' } },
      },
    },
    preload: {
      consumer: 'server',
      resolve: { external: true },
      build: {
        ...shared,
        emptyOutDir: false,
        ssr: true,
        outDir: out,
        rolldownOptions: {
          input: join(root, 'electron/preload.ts'),
          output: { format: 'cjs', entryFileNames: 'preload.cjs' },
        },
      },
    },
  },
});
