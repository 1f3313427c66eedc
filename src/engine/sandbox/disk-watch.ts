import { freeSpace } from '../../data-dir/free-space.ts';
import type { Command } from './command.ts';
import { type DiskUsage, diskShortage, NOTICEABLE } from './disk-usage.ts';
import type { Limits } from './limits.ts';

const EVERY_MS = 200;

/**
 * Looks at the disk while a command runs; no file system that is everywhere has quotas. Its free space shows at
 * once what is written, also to files that are deleted but open; who wrote it, only a measurement of folders shows.
 * @param folder a path that leads to the working directory for as long as the command runs.
 * @param onExcess is called once, with the reason.
 * @returns what ends the watch.
 */
export function watchDisk(
  command: Command,
  { folder, usage, limits }: { folder: string; usage: DiskUsage; limits: Limits },
  onExcess: (reason: string) => void,
): () => void {
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const report = (reason: string | null) => {
    if (reason === null || isOver) return;
    isOver = true;
    onExcess(reason);
  };
  const fail = (error: Error) => report(`the server's disk could not be watched: ${error.message}`);
  const watch = async () => {
    let measuredAt = (await freeSpace(folder)).bytes;
    let measuring: Promise<void> | null = null;
    while (!isOver) {
      const now = await freeSpace(folder);
      report(diskShortage(now, limits));
      if (measuredAt - now.bytes > NOTICEABLE && !measuring) {
        measuredAt = now.bytes;
        // The reserve is looked at meanwhile: a walk over many files takes long.
        measuring = usage
          .excessOf(command)
          .then(report)
          .catch(fail)
          .finally(() => {
            measuring = null;
          });
      }
      if (isOver) return;
      await new Promise((resolve) => {
        timer = setTimeout(resolve, EVERY_MS);
      });
    }
  };
  watch().catch(fail);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
