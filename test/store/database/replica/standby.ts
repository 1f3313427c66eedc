import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { locateBinaries } from '../../../../src/embedded-postgres/binaries.ts';
import { ensureCluster, ensureRunFolder } from '../../../../src/embedded-postgres/cluster.ts';
import { launch, prepareLauncher } from '../../../../src/embedded-postgres/launch.ts';
import { type Layout, layoutOf, SOCKET_PORT } from '../../../../src/embedded-postgres/layout.ts';
import { completeLibraryLinks } from '../../../../src/embedded-postgres/library-links.ts';
import { chooseOsUser, chownTree } from '../../../../src/embedded-postgres/os-user.ts';
import { passwordOf } from '../../../../src/embedded-postgres/secret.ts';
import { withLog } from '../../../../src/embedded-postgres/server-log.ts';
import { createLog } from '../../../../src/log.ts';
import { migrate } from '../../../../src/start/migrate-database.ts';
import { createFolder } from '../../../harness/folder.ts';
import { admin, withDatabase } from '../../../harness/suite/postgres.ts';

const SECRET = 'a secret of the tests';

/** A server that can be killed and started again on its data. */
export interface Cluster {
  url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Neither answers nor goes away, until it is resumed. */
  freeze(): void;
  resume(): void;
}

/** A migrated primary and a streaming standby of it, from the embedded binaries. */
export interface Pair {
  primary: Cluster;
  standby: Cluster;
  /** Stops what the standby replays, until it is called with false. */
  pause(isPaused: boolean): Promise<void>;
  stop(): Promise<void>;
}

export async function startPair(): Promise<Pair> {
  await using started = new AsyncDisposableStack();
  const folder = await createFolder();
  started.defer(() => folder.remove());
  const first = await prepare(join(folder.path, 'primary'));
  const second = await prepare(join(folder.path, 'standby'), first.layout);
  await writeFile(join(second.layout.cluster, 'standby.signal'), '');
  if (second.user) await chownTree(second.layout.cluster, second.user);
  const primary = createCluster(first, {});
  started.defer(() => primary.kill());
  const standby = createCluster(second, {
    primary_conninfo: `host=${first.layout.run} port=${SOCKET_PORT} user=postgres password=${passwordOf('postgres', SECRET)}`,
    // A read that holds up what is replayed is cancelled at once.
    max_standby_streaming_delay: '0',
  });
  started.defer(() => standby.kill());
  await primary.start();
  await standby.start();
  await migrate(primary.url, createLog('error'));
  const running = started.move();
  return {
    primary,
    standby,
    pause: (isPaused) =>
      admin(standby.url, isPaused ? 'select pg_wal_replay_pause()' : 'select pg_wal_replay_resume()'),
    stop: () => running.disposeAsync(),
  };
}

type Site = Awaited<ReturnType<typeof prepare>>;

/** @param origin whose data are copied; default: new ones. It must not run */
async function prepare(dataDir: string, origin?: Layout) {
  const binaries = await locateBinaries();
  const layout = await layoutOf(dataDir);
  const user = await chooseOsUser(layout);
  await ensureRunFolder(layout, user);
  const libraryPath = await completeLibraryLinks(binaries.native, layout.spareLibraries);
  const launcher = await prepareLauncher(binaries, layout, user, libraryPath);
  if (origin) await cp(origin.cluster, layout.cluster, { recursive: true });
  await ensureCluster(layout, launcher, SECRET, binaries.major);
  return { layout, launcher, user };
}

function createCluster({ layout, launcher }: Site, own: Record<string, string>): Cluster {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: layout.run,
    port: String(SOCKET_PORT),
    fsync: 'off',
    full_page_writes: 'off',
    shared_buffers: '32MB',
    wal_keep_size: '256MB',
    ...own,
  };
  const given = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const password = passwordOf('postgres', SECRET);
  const url = `postgres://postgres:${password}@${encodeURIComponent(layout.run)}:${SOCKET_PORT}/postgres`;
  let server: ChildProcess | null = null;
  return {
    url,
    async start() {
      const { started } = await withLog(layout, (output) =>
        launch(launcher, 'postgres', ['-D', layout.cluster, ...given], output),
      );
      server = started;
      await untilReady(withDatabase(url, 'template1'));
    },
    // An immediate shutdown: the postmaster ends its children, so that none holds the data when it starts again.
    async kill() {
      if (!server || server.exitCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGQUIT');
      await ended;
    },
    freeze: () => signalTree(server!, 'SIGSTOP'),
    resume: () => signalTree(server!, 'SIGCONT'),
  };
}

/** Its backends lead sessions of their own. The postmaster comes first, so that no more are added. */
function signalTree({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  process.kill(pid!, signal);
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  for (const child of children) process.kill(Number(child), signal);
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.end();
    } catch {
      await wait(50);
    }
  }
}
