import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { createDataDir } from '../data-dir/create-data-dir.ts';

/** The paths of the embedded database. All are absolute and without symbolic links. */
export interface Layout {
  dataDir: string;
  /** The data folder of PostgreSQL. It is created by one rename, so that it is either complete or absent. */
  cluster: string;
  /** For the socket; owned by the user that runs PostgreSQL. */
  run: string;
  /** Library links that cannot be created in the package. Not in `run`: initdb runs as another user. */
  spareLibraries: string;
  logFile: string;
  secretFile: string;
  /** Undefined when the path is too long for a Unix socket; the server then listens on loopback TCP. */
  socketDir: string | undefined;
}

export const SOCKET_PORT = 5432;
/** `sun_path` holds 108 bytes on Linux and 104 on macOS, including the terminating zero. */
const LONGEST_SOCKET_PATH = process.platform === 'darwin' ? 103 : 107;

export function socketFile(socketDir: string): string {
  return join(socketDir, `.s.PGSQL.${SOCKET_PORT}`);
}

/** Creates the folder if missing. */
export async function layoutOf(dataDir: string): Promise<Layout> {
  await createDataDir(dataDir);
  const root = await realpath(dataDir);
  const run = join(root, 'run');
  return {
    dataDir: root,
    cluster: join(root, 'postgres'),
    run,
    spareLibraries: join(root, 'postgres.lib'),
    logFile: join(root, 'postgres.log'),
    secretFile: join(root, 'postgres.secret'),
    socketDir: Buffer.byteLength(socketFile(run)) <= LONGEST_SOCKET_PATH ? run : undefined,
  };
}
