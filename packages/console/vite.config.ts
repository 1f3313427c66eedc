import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const client = fileURLToPath(new URL('../client/src/', import.meta.url));

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  // The sources of the client, so that they need not be built first.
  resolve: {
    alias: [
      { find: 'polyphony-client/react', replacement: `${client}react/index.ts` },
      { find: 'polyphony-client', replacement: `${client}index.ts` },
    ],
    dedupe: ['react', 'react-dom'],
  },
  // Without inlined files, which the Content-Security-Policy of the pages would refuse.
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      // "use client" tells a server that renders React something, and there is none.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
});
