import { connect, createServer } from 'node:net';
import { type Launcher, launch } from './launch.ts';
import { type Layout, socketFile } from './layout.ts';
import { withLog } from './server-log.ts';

/** A server that was started and may still be starting, or have failed. */
export interface Server {
  pid: number | undefined;
  ended(): boolean;
  /** What it has logged so far, at most the last 4 kB. */
  logged(): Promise<string>;
}

/** Given on the command line, so that a newer Polyphony applies newer settings to an old folder. */
const SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '128MB',
  unix_socket_permissions: '0700',
  // There are no replicas: less in the log, and one process fewer. I/O workers would be three more.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  // Parallel plans need more shared memory than the 64 MB of a container, and the cores are needed by
  // Polyphony.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  // Failed statements are reported by the client; here they would fill the log, parameters included.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_checkpoints: 'off',
};

/** The server splits the list of folders at commas unless they are quoted. */
function quoted(folder: string): string {
  return `"${folder.replaceAll('"', '""')}"`;
}

function listening({ socketDir }: Layout, port: number): Readonly<Record<string, string>> {
  return socketDir
    ? { listen_addresses: '', unix_socket_directories: quoted(socketDir), port: String(port) }
    : { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(port) };
}

export function serverArguments(layout: Layout, port: number): string[] {
  const settings = Object.entries({ ...SETTINGS, ...listening(layout, port) });
  return ['-D', layout.cluster, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

export async function startServer(layout: Layout, launcher: Launcher, port: number): Promise<Server> {
  const { started: child, logged } = await withLog(layout, (descriptor) =>
    launch(launcher, 'postgres', serverArguments(layout, port), descriptor),
  );
  child.unref();
  let failure: Error | undefined;
  child.on('error', (error) => {
    failure = error;
  });
  return {
    pid: child.pid,
    ended: () => failure !== undefined || child.exitCode !== null || child.signalCode !== null,
    logged: async () => failure?.message ?? (await logged()),
  };
}

/** Free now; another program may take it before the server does, which then ends, and the caller retries. */
export async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const probe = createServer().once('error', reject);
  probe.listen(0, '127.0.0.1', () => {
    const address = probe.address();
    probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
  });
  return promise;
}

/**
 * Two servers on one folder destroy it, and their own check does not work across containers; the socket does.
 */
export function answers(socketDir: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(socketFile(socketDir));
  socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
