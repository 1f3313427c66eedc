import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { type KeptText, keepText } from '../requests/kept-text.ts';

/** The console as `npm run console` has built it. */
export interface ConsoleFiles {
  /** The same for every page: the script chooses by the address. */
  page: KeptText;
  /** By name, which contains the hash of the contents, so that browsers need not ask again. */
  assets: ReadonlyMap<string, KeptText>;
}

const BUILT = new URL('../../../packages/console/dist', import.meta.url).pathname;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const FOR_EVER = 'public, max-age=31536000, immutable';

/** @returns null when it has not been built, as after `npm ci --omit=dev` */
export async function readConsole(): Promise<ConsoleFiles | null> {
  const html = await readFile(join(BUILT, 'index.html')).catch(() => null);
  if (!html) return null;
  const folder = join(BUILT, 'assets');
  const assets = new Map<string, KeptText>();
  for (const name of await readdir(folder)) {
    const type = TYPES[extname(name)];
    if (type) assets.set(name, keepText(await readFile(join(folder, name)), type, FOR_EVER));
  }
  return { page: keepText(html, 'text/html; charset=utf-8', 'no-cache'), assets };
}
