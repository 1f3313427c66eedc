import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Of the page, which has no packages of its own.
  resolve: { dedupe: ['react', 'react-dom', 'polyphony-client'] },
  logLevel: 'warn',
});
