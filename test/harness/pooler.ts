import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { startDatabaseProxy } from './database-proxy.ts';
import { createFolder } from './folder.ts';
import { freePort } from './free-port.ts';

export interface Pooler {
  url: string;
  stop(): Promise<void>;
}

/**
 * A real pgbouncer that gives a connection for one transaction at a time.
 * @param target URL of a database
 * @param size number of its connections to Postgres
 */
export async function startPooler(target: string, size: number): Promise<Pooler> {
  const { user, password, database } = new pg.Client({ connectionString: target });
  // Postgres may listen on a socket in a folder of another user.
  await using started = new AsyncDisposableStack();
  const proxy = await startDatabaseProxy(target);
  started.defer(() => proxy.cut());
  const folder = await createFolder();
  started.defer(() => folder.remove());
  const port = await freePort();
  const server = new URL(proxy.url);
  const file = join(folder.path, 'pgbouncer.ini');
  const settings = {
    listen_addr: '127.0.0.1',
    listen_port: port,
    unix_socket_dir: '',
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: size,
    max_client_conn: 500,
  };
  await writeFile(
    file,
    [
      '[databases]',
      `* = host=127.0.0.1 port=${server.port} user=${user} password=${password}`,
      '[pgbouncer]',
      ...Object.entries(settings).map(([name, value]) => `${name} = ${value}`),
      '',
    ].join('\n'),
  );
  // It refuses to run as root.
  await chmod(folder.path, 0o755);
  const asOther = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('pgbouncer', [...asOther, file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  started.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  let output = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (chunk) => {
      output += chunk;
      if (output.includes('process up')) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`pgbouncer ended: ${output}`)));
  });
  const running = started.move();
  return {
    url: `postgres://${user}@127.0.0.1:${port}/${database}`,
    stop: () => running.disposeAsync(),
  };
}
