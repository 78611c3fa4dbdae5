/**
 * How the shell is built: `main` as one ES module, the preload as one CommonJS file (a sandboxed preload can be
 * nothing else), and the engine's process as a tree of modules, so that what lies beside them keeps its place.
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist', 'electron');

/** The engine reads these relative to its own modules, as it does when it runs from the sources. */
const engineResources: Plugin = {
  name: 'gatehouse:engine-resources',
  applyToEnvironment: (environment) => environment.name === 'engine',
  writeBundle() {
    for (const folder of ['fonts', 'sample-organisation']) {
      cpSync(join(root, 'resources', folder), join(out, 'engine', 'resources', folder), { recursive: true });
    }
  },
};

/** Everything in node_modules stays there: native parts cannot be bundled, and the rest need not be. */
const shared = { sourcemap: true, minify: false, target: 'node24', emptyOutDir: true, copyPublicDir: false } as const;

export default defineConfig({
  root,
  publicDir: false,
  plugins: [engineResources],
  builder: {
    async buildApp(builder) {
      for (const name of ['main', 'preload', 'engine']) {
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
    engine: {
      consumer: 'server',
      resolve: { external: true },
      build: {
        ...shared,
        ssr: true,
        outDir: join(out, 'engine'),
        rolldownOptions: {
          input: join(root, 'electron/engine-process.ts'),
          output: { format: 'es', preserveModules: true, preserveModulesRoot: root, entryFileNames: '[name].js' },
        },
      },
    },
  },
});
