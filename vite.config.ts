/** How the console's renderer is built: one bundle for the desktop shell and for the browser. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: 'renderer',
  // Relative, because the shell serves the files under its own scheme.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    sourcemap: true,
    target: 'es2024',
    // Browsers that know `light-dark()`: rewritten for older ones, it would lose track of the chosen colours.
    cssTarget: ['chrome130', 'firefox130', 'safari18'],
    // Fonts and pictures stay files: the content security policy is simpler to keep strict.
    assetsInlineLimit: 0,
  },
});
