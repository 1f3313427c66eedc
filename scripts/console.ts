/**
 * `npm run console`: builds the pages of packages/console, which the server then has. `npm ci` does so, too. Where vite is
 * missing, as after `npm ci --omit=dev`, there are no pages afterwards: those of an earlier build may not fit the server.
 */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { hasCode } from '../src/errors.ts';

const folder = fileURLToPath(new URL('../packages/console/', import.meta.url));

const vite = await import('vite').catch((error: unknown) => {
  if (hasCode(error, 'ERR_MODULE_NOT_FOUND')) return null;
  throw error;
});
if (vite) {
  await vite.build({ configFile: `${folder}vite.config.ts`, logLevel: 'warn' });
} else {
  await rm(`${folder}dist`, { recursive: true, force: true });
  console.log('The console is not built, because vite is not installed.');
}
