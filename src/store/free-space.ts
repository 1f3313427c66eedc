import { statfs } from 'node:fs/promises';

export interface FreeSpace {
  /** Bytes that are left to those who are not root. */
  bytes: number;
  /** Files that can still be made; null: the file system does not count them. */
  files: number | null;
}

/** Of the file system that holds a folder. */
export async function freeSpace(folder: string): Promise<FreeSpace> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  return { bytes: bavail * bsize, files: files === 0 ? null : ffree };
}
