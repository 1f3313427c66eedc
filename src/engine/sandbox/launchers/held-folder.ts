import { constants } from 'node:fs';
import { type FileHandle, open, readlink } from 'node:fs/promises';
import { coerceError, DomainError } from '../../../errors.ts';
import type { Owner } from './isolation.ts';

/** A working directory that is held open. */
export interface HeldFolder {
  handle: FileHandle;
  /** The path by its file descriptor. */
  path: string;
  uid: number;
  gid: number;
  /** Device and inode: they are checked again inside before anything runs in the folder. */
  identity: string;
}

/**
 * A command of another task may be running in a parent folder and can replace this folder with a link at any
 * time, so the path is only trusted for a folder that is held open.
 */
export async function openFolder(path: string): Promise<HeldFolder> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch(
    (error) => {
      throw unusable(path, coerceError(error).message);
    },
  );
  try {
    const real = await readlink(`/proc/self/fd/${handle.fd}`);
    if (real !== path) throw unusable(path, `it now leads to ${real}`);
    const { uid, gid, dev, ino } = await handle.stat({ bigint: true });
    const held = `/proc/self/fd/${handle.fd}`;
    return { handle, path: held, uid: Number(uid), gid: Number(gid), identity: `${dev}:${ino}` };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * The user that commands in a folder run as: if the server is root, the one who owns the folder, otherwise
 * the server's own, the only one available.
 */
export function ownerOf(path: string, { uid, gid }: HeldFolder): Owner {
  if (process.getuid?.() !== 0) return { uid: process.getuid!(), gid: process.getgid!() };
  if (uid !== 0) return { uid, gid };
  throw unusable(
    path,
    'it belongs to root, and commands do not run as root; assign it to another user with chown',
  );
}

function unusable(path: string, reason: string): DomainError {
  return new DomainError('SANDBOX_UNAVAILABLE', `commands cannot work in ${path}: ${reason}`);
}
