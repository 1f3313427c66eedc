/**
 * `npm run link`: prints another link that opens GraphiQL as the local admin of the running server; with
 * `-- --console` it opens the console. With `-- --renew-base-url` it replaces the base URL of guests instead, which revokes the former one.
 */
import { parseArgs } from 'node:util';
import { readDataDir } from '../src/config.ts';
import { readServerRecord, type ServerRecord } from '../src/data-dir/running-server.ts';
import { renewBaseUrlSecret } from '../src/secrets/base-url-secret.ts';
import { makeLink } from '../src/secrets/one-time-links.ts';

const dataDir = readDataDir();

async function findServer(): Promise<ServerRecord> {
  const record = await readServerRecord(dataDir);
  if (record && isAlive(record.pid) && (await answers(record.url))) return record;
  throw new Error(`no server is running with DATA_DIR ${dataDir}: start it with \`npm start\``);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // The process exists but belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A killed server leaves its record behind, and its pid may belong to another process by now. */
async function answers(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
  await response?.body?.cancel();
  return response !== null;
}

async function main(): Promise<string> {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { 'renew-base-url': flag, console: flag } });
  const { url, hasLocalAdmin, hasBaseUrl, hasConsole } = await findServer();
  if (values['renew-base-url']) {
    const secret = await renewBaseUrlSecret(dataDir);
    if (hasBaseUrl) return `${url}/k/${secret}`;
    throw new Error(
      'the running server has no base URL for guests, because of NODE_ENV=production or COMPAT_ANONYMOUS=none',
    );
  }
  if (values.console && !hasConsole)
    throw new Error('the running server has no console: it was not built, or turned off by CONSOLE=off');
  const path = values.console ? '/' : '/graphql';
  if (hasLocalAdmin) return `${url}${path}?link=${await makeLink(dataDir)}`;
  throw new Error(
    'the running server has no local admin, because it uses DATABASE_URL: log in, or register the first account, which becomes the admin',
  );
}

try {
  console.log(await main());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
