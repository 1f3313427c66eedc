import { execFile } from 'node:child_process';
import { statfs } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Limits } from './limits.ts';

const EVERY_MS = 200;
/** How much the disk may lose before the folder is measured, which costs a walk over all of it. */
const NOTICEABLE = 64 * 2 ** 20;
/** Files that can still be made, on file systems that count them. */
const FILE_RESERVE = 10_000;

/**
 * Looks at the disk while a command runs; no file system that is everywhere has quotas. Its free space tells at
 * once, also of files that are deleted but open; whose it was, only a measurement of the folder tells.
 * @param onExcess is called once, with the reason.
 * @returns what ends the watch.
 */
export function watchDisk(workspace: string, limits: Limits, onExcess: (reason: string) => void): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const watch = async () => {
    const start = await measure(workspace);
    let measuredAt = start.free;
    for (;;) {
      await new Promise((resolve) => {
        timer = setTimeout(resolve, EVERY_MS);
      });
      const now = await measure(workspace);
      if (isOver) return;
      const isNoticeable = measuredAt - now.free > NOTICEABLE;
      const reason = diskShortage(start, now, limits) ?? (isNoticeable && (await excess(workspace, limits)));
      if (isNoticeable) measuredAt = now.free;
      if (reason && !isOver) return onExcess(reason);
    }
  };
  // A folder that is gone or cannot be measured is nothing to bound.
  watch().catch(() => {});
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}

export interface Room {
  /** Bytes. */
  free: number;
  files: number;
}

async function measure(folder: string): Promise<Room> {
  const { bavail, bsize, ffree } = await statfs(folder);
  return { free: bavail * bsize, files: ffree };
}

/** @returns what is short now, or null. A disk that was short before the command is no reason to end it, as long as it takes little of the rest. */
export function diskShortage(
  start: Room,
  now: Room,
  { diskReserve }: Pick<Limits, 'diskReserve'>,
): string | null {
  if (now.free < Math.min(diskReserve, start.free / 2))
    return `the server's disk has only ${mebibytes(now.free)} left`;
  if (now.files < Math.min(FILE_RESERVE, start.files / 2))
    return `the server's disk has room for only ${now.files} more files`;
  return null;
}

async function excess(workspace: string, limits: Limits): Promise<string | null> {
  const bytes = await sizeOf(workspace);
  if (bytes <= limits.workspace) return null;
  return `the working directory holds ${mebibytes(bytes)}, and ${mebibytes(limits.workspace)} are allowed`;
}

async function sizeOf(folder: string): Promise<number> {
  // It fails when files vanish under it, or are closed to us, and has counted all others then.
  const { stdout } = await promisify(execFile)('du', ['-skx', folder], { timeout: 30_000 }).catch(
    (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
  );
  return Number.parseInt(stdout, 10) * 1024 || 0;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
