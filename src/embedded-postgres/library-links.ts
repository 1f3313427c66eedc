import { lstat, mkdir, readFile, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { hasCode } from '../errors.ts';

const Links = z.array(z.object({ source: z.string(), target: z.string() }));
type Link = z.infer<typeof Links>[number];

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

async function readLinks(native: string): Promise<Link[]> {
  try {
    return Links.parse(JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')));
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return [];
    throw error;
  }
}

async function linkInPlace(root: string, { source, target }: Link): Promise<void> {
  await symlink(relative(dirname(target), source), join(root, target)).catch((error: unknown) => {
    if (!hasCode(error, 'EEXIST')) throw error;
  });
}

async function linkElsewhere(root: string, folder: string, links: Link[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  for (const { source, target } of links) {
    const path = join(folder, basename(target));
    await rm(path, { force: true });
    await symlink(join(root, source), path).catch((error: unknown) => {
      if (!hasCode(error, 'EEXIST')) throw error;
    });
  }
}

/**
 * The package creates its library links in a postinstall script, which `npm ci --ignore-scripts` skips;
 * without them PostgreSQL does not find libicu. Links that cannot be created in place (a read-only
 * node_modules) are created in `spareFolder`; the result is then the library path to run the programs with.
 */
export async function completeLibraryLinks(native: string, spareFolder: string): Promise<string | undefined> {
  const root = dirname(native);
  const links = await readLinks(native);
  const present = await Promise.all(links.map((link) => exists(join(root, link.target))));
  const missing = links.filter((_, index) => !present[index]);
  try {
    for (const link of missing) await linkInPlace(root, link);
    return undefined;
  } catch (error) {
    if (!hasCode(error, 'EROFS', 'EACCES', 'EPERM')) throw error;
    await linkElsewhere(root, spareFolder, missing);
    // The linked libraries look for their neighbours next to the link, so the real folder is needed as well.
    return `${spareFolder}:${join(native, 'lib')}`;
  }
}
