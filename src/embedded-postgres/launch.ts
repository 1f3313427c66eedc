import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import type { Layout } from './layout.ts';
import { type OsUser, obstacle } from './os-user.ts';
import { withLog } from './server-log.ts';

type Program = 'initdb' | 'postgres';

/** How programs of the package are started. */
export interface Launcher {
  native: string;
  user: OsUser | undefined;
  /** A capability that lets the user pass through closed folders, such as a clone below /root. */
  capability: string | undefined;
  libraryPath: string | undefined;
  /** Called when a program starts working. */
  onLaunch?: (() => void) | undefined;
}

/**
 * Read permission is sufficient for closed folders; files installed under umask 077 also need the execute bit
 * overridden.
 */
const CAPABILITIES = ['dac_read_search', 'dac_override'];

/** Nothing of our own environment: it contains secrets, and every backend would expose them in /proc. */
function environment(libraryPath: string | undefined): NodeJS.ProcessEnv {
  const base = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
  return libraryPath ? { ...base, LD_LIBRARY_PATH: libraryPath, DYLD_LIBRARY_PATH: libraryPath } : base;
}

function dropTo({ uid, gid }: OsUser, capability: string): string[] {
  const only = `-all,+${capability}`;
  return [
    ...['--reuid', String(uid), '--regid', String(gid), '--clear-groups', '--no-new-privs'],
    // Keeps the capability in access(2) as well, by which initdb locates its neighbours.
    '--securebits=+no_setuid_fixup',
    ...['--inh-caps', only, '--ambient-caps', only, '--bounding-set', only],
  ];
}

/** Detached: a Ctrl-C in the terminal must not reach the database before our own orderly shutdown does. */
export function launch(
  { native, user, capability, libraryPath, onLaunch }: Launcher,
  program: Program,
  args: string[],
  output: number,
): ChildProcess {
  const file = join(native, 'bin', program);
  const options = { cwd: '/', env: environment(libraryPath), detached: true };
  const stdio: StdioOptions = ['ignore', output, output];
  onLaunch?.();
  if (user && capability)
    return spawn('setpriv', [...dropTo(user, capability), file, ...args], { ...options, stdio });
  return spawn(file, args, { ...options, stdio, ...user });
}

export interface Outcome {
  /** Null when a signal ended it. */
  code: number | null;
  output: string;
}

/**
 * Runs a program to its end; one that cannot be started ends with code null and the reason as output. It
 * writes to the log instead of a pipe: if this process died, the pipe would break and kill initdb midway.
 */
export async function run(
  layout: Layout,
  launcher: Launcher,
  program: Program,
  args: string[],
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<{ code: number | null; failure?: string }>();
  const { logged } = await withLog(layout, (descriptor) =>
    launch(launcher, program, args, descriptor)
      .once('error', (error) => resolve({ code: null, failure: error.message }))
      .once('exit', (code) => resolve({ code })),
  );
  const { code, failure } = await promise;
  return { code, output: failure ?? (await logged()) };
}

async function firstObstacle(native: string, layout: Layout, user: OsUser): Promise<string | undefined> {
  const real = await realpath(native);
  for (const path of [join(real, 'bin/postgres'), join(real, 'share/postgresql/postgres.bki'), layout.run]) {
    const found = await obstacle(path, user);
    if (found) return found;
  }
  return undefined;
}

async function describe(path: string): Promise<string> {
  return `${path} (mode ${((await stat(path)).mode & 0o777).toString(8)})`;
}

/** setpriv still has all permissions when it starts the program, which then fails to start itself. */
async function works(layout: Layout, launcher: Launcher): Promise<boolean> {
  const { code, output } = await run(layout, launcher, 'postgres', ['--version']);
  return code === 0 && !output.includes('invalid binary');
}

export async function prepareLauncher(
  { native }: Binaries,
  layout: Layout,
  user: OsUser | undefined,
  libraryPath: string | undefined,
): Promise<Launcher> {
  const plain: Launcher = { native, user, capability: undefined, libraryPath };
  const blocked = user && (await firstObstacle(native, layout, user));
  if (!blocked) return plain;
  for (const capability of CAPABILITIES) {
    const launcher = { ...plain, capability };
    if (await works(layout, launcher)) return launcher;
  }
  throw new Error(
    `PostgreSQL refuses to run as root, and uid ${user.uid}, which it would run as, is kept out by ` +
      `${await describe(blocked)}: run "chmod o+x ${blocked}", or move the clone and DATA_DIR out of it, ` +
      'or start Polyphony as another user, or set DATABASE_URL',
  );
}
