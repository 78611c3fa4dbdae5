/**
 * How the programs are built that run the engine: the desktop's engine process and the browser mode's server. Each is
 * one module with the packages it uses, for reading a thousand files one by one takes longer than everything else a
 * start does (docs/adr/0013-the-engine-is-built.md).
 */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const root = join(import.meta.dirname, '..');
const out = join(root, 'dist', 'engine');

/** What `resources.ts` finds beside the programs. */
const resources: Plugin = {
  name: 'gatehouse:engine-resources',
  writeBundle({ dir }) {
    for (const folder of ['fonts', 'sample-organisation']) {
      cpSync(join(root, 'resources', folder), join(dir ?? out, 'resources', folder), { recursive: true });
    }
  },
};

export default defineConfig({
  root,
  publicDir: false,
  plugins: [resources],
  ssr: {
    noExternal: true,
    // Native parts cannot be in a bundle, and pdfkit reads files beside its own.
    external: ['better-sqlite3', '@napi-rs/keyring', 'pdfkit'],
  },
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: true,
    sourcemap: true,
    minify: false,
    target: 'node24',
    rolldownOptions: {
      input: {
        'engine-process': join(root, 'electron/engine-process.ts'),
        serve: join(root, 'core/cli/serve.ts'),
      },
      output: {
        format: 'es',
        entryFileNames: 'programs/[name].js',
        chunkFileNames: 'programs/[name]-[hash].js',
        // Two megabytes of what packages say to those who write against them.
        comments: { legal: true, annotation: true, jsdoc: false },
      },
    },
  },
});
