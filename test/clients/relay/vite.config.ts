import { transformAsync } from '@babel/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Puts what relay-compiler generated in the place of the `graphql` texts. */
const relay: Plugin = {
  name: 'relay',
  enforce: 'pre',
  async transform(code, id) {
    if (!id.endsWith('.tsx') || !code.includes('graphql`')) return null;
    const result = await transformAsync(code, {
      filename: id,
      babelrc: false,
      configFile: false,
      plugins: [['relay', { artifactDirectory: './generated', eagerEsModules: true }]],
      parserOpts: { plugins: ['typescript', 'jsx'] },
    });
    return { code: result!.code!, map: result!.map as never };
  },
};

export default defineConfig({
  plugins: [relay, react()],
  // Of the page, which has no packages of its own.
  resolve: { dedupe: ['react', 'react-dom', 'polyphony-client'] },
  logLevel: 'warn',
});
