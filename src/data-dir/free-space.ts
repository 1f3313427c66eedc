import { statfs } from 'node:fs/promises';

export interface FreeSpace {
  /** Bytes available to users other than root. */
  bytes: number;
  /** Free inodes; null: the file system does not count them. */
  files: number | null;
}

/** Of the file system that holds a folder. */
export async function freeSpace(folder: string): Promise<FreeSpace> {
  const { bavail, bsize, files, ffree } = await statfs(folder);
  return { bytes: bavail * bsize, files: files === 0 ? null : ffree };
}
