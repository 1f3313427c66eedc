/**
 * `npm run console`: builds the pages of packages/console, which the server then has. `npm ci` does it, too. Where vite
 * is missing, as after `npm ci --omit=dev`, nothing is built.
 */
import { fileURLToPath } from 'node:url';

const configFile = fileURLToPath(new URL('../packages/console/vite.config.ts', import.meta.url));

const vite = await import('vite').catch(() => null);
if (vite) await vite.build({ configFile, logLevel: 'warn' });
else console.log('The console is not built, because vite is not installed.');
